import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, InMemoryTransport } from '@modelcontextprotocol/client';
import type { Result } from '../../lib/contract/envelope.ts';
import { failure } from '../../lib/contract/envelope.ts';
import { CODES, GantzError, type Code } from '../../lib/contract/errors.ts';
import type { ObjectSchema } from '../../lib/contract/manifest.ts';
import { holdRunners } from '../../lib/serving/runners.ts';
import { createServer } from '../../lib/mcp/server.ts';
import type { Runner } from '../../lib/run/runner.ts';
import { OlderClient, OlderInMemoryTransport } from '../helpers/older-mcp-sdk.ts';
import { runnerOf } from '../helpers/fake-runner.ts';
import { settled, waitFor } from '../helpers/wait.ts';
import { envelopeIn, type CallOptions, type ToolResult } from './result.ts';

const INFO = { name: 'test', version: '1' };

/** A schema that no failure envelope matches. */
const STRICT: ObjectSchema = {
  type: 'object',
  properties: { answer: { type: 'integer' } },
  required: ['answer'],
  additionalProperties: false,
};

type Call = (name: string, input?: Record<string, unknown>, options?: CallOptions) => Promise<ToolResult>;

async function connectOlder(runner: Runner): Promise<{ call: Call; client: OlderClient }> {
  const [ours, theirs] = OlderInMemoryTransport.createLinkedPair();
  // The transports of the two SDKs behave alike, but their types differ.
  const transport: object = ours;
  await createServer(holdRunners(runner)).connect(transport as InMemoryTransport);
  const client = new OlderClient(INFO);
  await client.connect(theirs);
  // After this, the client validates results against the listed schemas.
  await client.listTools();
  return {
    client,
    call: async (name, input = {}, options) =>
      (await client.callTool({ name, arguments: input }, undefined, options)) as ToolResult,
  };
}

async function connectCurrent(runner: Runner): Promise<{ call: Call; client: Client }> {
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await createServer(holdRunners(runner)).connect(ours);
  const client = new Client(INFO);
  await client.connect(theirs);
  await client.listTools();
  return {
    client,
    call: async (name, input = {}, options) =>
      (await client.callTool({ name, arguments: input }, options)) as ToolResult,
  };
}

for (const [name, connect] of [
  ['SDK 1.x', connectOlder],
  ['SDK 2.x', connectCurrent],
] as const) {
  describe(`the server, with a client of ${name}`, () => {
    it('returns a success as structuredContent, and the same as JSON text', async () => {
      const { call } = await connect(runnerOf(() => Promise.resolve({ answer: 42 }), STRICT));
      const result = await call('work');
      assert.deepEqual(result.structuredContent, { success: true, answer: 42 });
      assert.deepEqual(envelopeIn(result), result.structuredContent);
      assert.ok(!result.isError);
    });

    it('returns structuredContent without an outputSchema too', async () => {
      const { call } = await connect(runnerOf(() => Promise.resolve({ anything: [1] })));
      assert.deepEqual((await call('work')).structuredContent, { success: true, anything: [1] });
    });

    for (const [mimeType, type] of [
      ['image/png', 'image'],
      ['audio/mpeg', 'audio'],
    ] as const) {
      it(`returns a result of ${mimeType} as ${type} content, and its base64 only there`, async () => {
        const media = { base64: 'iVBORw0KGgo=', content_type: mimeType, status: 200 };
        const { call } = await connect(runnerOf(() => Promise.resolve(media)));
        const result = await call('work');
        const rest = { success: true, content_type: mimeType, status: 200 };
        assert.deepEqual(result.content[1], { type, data: 'iVBORw0KGgo=', mimeType });
        assert.deepEqual(envelopeIn(result), rest);
        assert.deepEqual(result.structuredContent, rest);
      });
    }

    it('returns other bytes, and text that only looks like an image, as JSON', async () => {
      for (const result of [
        { base64: 'AAEC', content_type: 'application/zip' },
        { base64: 'not base64!', content_type: 'image/png' },
        { base64: 5, content_type: 'image/png' },
      ]) {
        const { call } = await connect(runnerOf(() => Promise.resolve(result)));
        const { content, structuredContent } = await call('work');
        assert.deepEqual(structuredContent, { success: true, ...result });
        assert.equal(content.length, 1);
      }
    });

    for (const code of Object.keys(CODES) as Code[]) {
      it(`returns the envelope of ${code}`, async () => {
        const error = new GantzError(code, 'It failed', {
          outcome: 'unknown',
          hint: 'Do this.',
          details: [{ path: '/key', message: 'is wrong' }],
          fields: { exit_code: 3 },
        });
        const { call } = await connect(runnerOf(() => Promise.reject(error), STRICT));
        const result = await call('work');
        assert.equal(result.isError, true);
        assert.equal(result.structuredContent, undefined);
        assert.deepEqual(envelopeIn(result), JSON.parse(JSON.stringify(failure(error))));
      });
    }

    it('answers a result that JSON cannot represent with a failure', async () => {
      const { call } = await connect(runnerOf(() => Promise.resolve({ big: 1n } as Result)));
      const result = await call('work');
      assert.equal(result.isError, true);
      assert.equal(envelopeIn(result)['code'], 'INTERNAL');
    });

    for (const [tool, words] of [
      ['wrok', /no tool "wrok".*Did you mean work\?/],
      ['hidden', /not allowed by --tools/],
    ] as const) {
      it(`answers a call of ${tool} with a protocol error`, async () => {
        const { call } = await connect(runnerOf(() => Promise.resolve({})));
        await assert.rejects(
          call(tool),
          (error: Error & { code?: number; data?: Record<string, unknown> }) => {
            assert.equal(error.code, -32602);
            assert.match(error.message, words);
            assert.doesNotMatch(JSON.stringify([error.message, error.data]), /gantz\.yaml/, 'no path');
            assert.equal(error.data?.['success'], false);
            return true;
          },
        );
      });
    }

    it('refuses an unknown cursor of tools/list with -32602', async () => {
      const { client } = await connect(runnerOf(() => Promise.resolve({})));
      await assert.rejects(client.listTools({ cursor: 'unknown' }), { code: -32602 });
    });

    it('sends events as growing progress to a client that sent a progressToken', async () => {
      const { call } = await connect(
        runnerOf((_, { emit }) => {
          emit?.({ event: 'line', message: 'one' });
          emit?.({ event: 'line', message: 'two' });
          return Promise.resolve({ asked: emit !== undefined });
        }),
      );
      const seen: unknown[] = [];
      const result = await call(
        'work',
        {},
        { onprogress: ({ progress, message }) => seen.push([progress, message]) },
      );
      assert.deepEqual(result.structuredContent, { success: true, asked: true });
      assert.deepEqual(seen, [
        [1, 'one'],
        [2, 'two'],
      ]);
      assert.deepEqual((await call('work')).structuredContent, { success: true, asked: false });
    });

    it('aborts a call that the client cancels, with CANCELLED', async () => {
      const reasons: unknown[] = [];
      const controller = new AbortController();
      const { call } = await connect(
        runnerOf(async (_, { signal }) => {
          setImmediate(() => controller.abort());
          await new Promise((resolve) => signal?.addEventListener('abort', resolve));
          reasons.push((signal?.reason as GantzError).code);
          throw signal?.reason;
        }),
      );
      await assert.rejects(call('work', {}, { signal: controller.signal }));
      await waitFor(() => reasons.length > 0, { what: 'the abort of the call' });
      assert.deepEqual(reasons, ['CANCELLED']);
    });

    it('aborts calls in flight when the connection ends', async () => {
      const aborted = deferred();
      const { call, client } = await connect(
        runnerOf(async (_, { signal }) => {
          signal?.addEventListener('abort', aborted.resolve);
          await client.close();
          return {};
        }),
      );
      await assert.rejects(call('work'));
      await settled(aborted.promise, { what: 'the abort of the call' });
    });
  });
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

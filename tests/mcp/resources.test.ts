import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Client } from '@modelcontextprotocol/client';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { STATE_KINDS } from '../../lib/mcp/state-kinds.ts';
import { folderWith } from '../helpers/folder.ts';
import { freePort } from '../helpers/free-port.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { join } from 'node:path';
import { connectClient, CONNECTIONS, type Connected } from './clients.ts';

type Content = { mimeType?: string; text?: string };

async function read(client: Client, uri: string): Promise<Content> {
  const { contents } = await client.readResource({ uri });
  const [content] = contents as (Content & { uri: string })[];
  assert.equal(contents.length, 1);
  assert.equal(content?.uri, uri);
  return content;
}

async function readValue(client: Client, kind: string, name: string): Promise<unknown> {
  const { mimeType, text = '' } = await read(client, uriOf(kind, name));
  return mimeType === 'application/json' ? (JSON.parse(text) as unknown) : { mimeType, text };
}

function uriOf(kind: string, name: string): string {
  return `gantz://state/${kind}/${encodeURIComponent(name)}`;
}

async function complete(client: Client, kind: string, value: string): Promise<unknown> {
  const ref = { type: 'ref/resource' as const, uri: `gantz://state/${kind}/{name}` };
  return (await client.complete({ ref, argument: { name: 'name', value } })).completion;
}

async function templatesOf(client: Client): Promise<string[]> {
  return (await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate);
}

async function uris(client: Client): Promise<string[]> {
  return (await client.listResources()).resources.map(({ uri }) => uri);
}

/** Calls a tool, and returns the fields of its result. */
async function call(
  client: Client,
  name: string,
  input: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const result = await client.callTool({ name, arguments: input });
  assert.ok(!result.isError, JSON.stringify(result.content));
  return result.structuredContent as Record<string, unknown>;
}

/** The error for a resource that does not exist: its data is the URI alone. */
function missing(uri: string): object {
  return { code: -32602, data: { uri } };
}

const ALL = Object.keys(STATE_KINDS).map((kind) => `gantz://state/${kind}/{name}`);

describe('resources', () => {
  const redis = useRedis();

  for (const { what, ...connection } of CONNECTIONS) {
    describe(`of ${what}`, () => {
      let connected: Connected;
      let client: Client;
      before(async () => {
        const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: what.replaceAll(/\W+/g, '-') };
        connected = await connectClient({ ...connection, env });
        ({ client } = connected);
      });
      after(() => connected.close());

      it('lists and reads the reference page of each tool', async () => {
        assert.deepEqual(
          await uris(client),
          BUNDLED_MANIFEST.tools.map(({ name }) => `gantz://docs/${name}`),
        );
        const { mimeType, text = '' } = await read(client, 'gantz://docs/cache_get');
        assert.equal(mimeType, 'text/markdown');
        assert.match(text, /^# cache_get\n\nRead the value stored under a key\n/);
        assert.match(text, /\| `key` \| `string` \| required/);
      });

      it('lists a template for each kind of state', async () => {
        assert.deepEqual(await templatesOf(client), ['gantz://docs/{tool}', ...ALL]);
      });

      it('reads each kind of state', async () => {
        await call(client, 'cache_set', { key: 'text', value: 'as it is' });
        await call(client, 'cache_set', { key: 'null', value: null });
        await call(client, 'cache_set', { key: 'json', value: { a: [1, 'ä'] } });
        await call(client, 'list_push', { key: 'l', values: ['a', 2], left: false });
        await call(client, 'hash_set', { key: 'h', mapping: { f: { x: 1 } } });
        await call(client, 'set_add', { key: 's', members: ['one'] });
        await call(client, 'sorted_set_add', { key: 'z', members: [{ member: 'm', score: 1.5 }] });
        const { session_id: id } = await call(client, 'session_create', { data: { step: 1 } });
        await call(client, 'lock_acquire', { name: 'k', owner: 'me' });
        await call(client, 'queue_add', { queue: 'q', payload: 1 });
        const { id: event } = await call(client, 'stream_append', { stream: 't', event: 'e' });

        assert.deepEqual(await readValue(client, 'cache', 'text'), {
          mimeType: 'text/plain',
          text: 'as it is',
        });
        assert.equal(await readValue(client, 'cache', 'null'), null);
        assert.deepEqual(await readValue(client, 'cache', 'json'), { a: [1, 'ä'] });
        assert.deepEqual(await readValue(client, 'list', 'l'), ['a', 2]);
        assert.deepEqual(await readValue(client, 'hash', 'h'), { f: { x: 1 } });
        assert.deepEqual(await readValue(client, 'set', 's'), { members: ['one'], count: 1, cursor: null });
        assert.deepEqual(await readValue(client, 'sorted_set', 'z'), [{ member: 'm', score: 1.5 }]);
        const session = (await readValue(client, 'session', String(id))) as Record<string, unknown>;
        assert.deepEqual([session['id'], session['data']], [id, { step: 1 }]);
        const lock = (await readValue(client, 'lock', 'k')) as Record<string, unknown>;
        assert.deepEqual([lock['held'], lock['owner']], [true, 'me']);
        const queue = (await readValue(client, 'queue', 'q')) as Record<string, unknown>;
        assert.equal(queue['ready'], 1);
        const stream = (await readValue(client, 'stream', 't')) as Record<string, unknown>;
        assert.deepEqual(stream['events'], [{ id: event, event: 'e' }]);
      });

      it('completes names, also of queues and sessions, and those of tools', async () => {
        assert.deepEqual(await complete(client, 'cache', 'te'), { values: ['text'], hasMore: false });
        assert.deepEqual(await complete(client, 'cache', ''), {
          values: ['json', 'null', 'text'],
          hasMore: false,
        });
        assert.deepEqual(await complete(client, 'queue', 'q'), { values: ['q'], hasMore: false });
        const { values } = (await complete(client, 'session', '')) as { values: string[] };
        assert.equal(values.length, 1);
        const ref = { type: 'ref/resource' as const, uri: 'gantz://docs/{tool}' };
        const { completion } = await client.complete({ ref, argument: { name: 'tool', value: 'cache_g' } });
        assert.deepEqual(completion.values, ['cache_get', 'cache_get_many']);
      });

      it('answers what does not exist with the error for it, and the URI as its data', async () => {
        for (const uri of [
          'gantz://docs/cache_gte',
          'gantz://state/cache/nothing',
          'gantz://state/session/nothing',
          'gantz://state/list/nothing',
          'gantz://state/set/nothing',
          'gantz://state/stream/nothing',
          'gantz://state/nokind/text',
          'gantz://state/constructor/text',
          'gantz://other',
          'file:///etc/passwd',
          '',
        ])
          await assert.rejects(client.readResource({ uri }), missing(uri), uri);
      });

      it('refuses a template and a variable that it does not have', async () => {
        for (const [uri, name] of [
          ['gantz://state/nokind/{name}', 'name'],
          ['gantz://state/cache/{name}', 'nmae'],
          ['gantz://docs/{tool}', 'name'],
        ] as const)
          await assert.rejects(
            client.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value: '' } }),
            { code: -32602 },
          );
      });
    });
  }

  describe('with hostile names', () => {
    let connected: Connected;
    let client: Client;
    before(async () => {
      connected = await connectClient({ env: { REDIS_URL: redis.url, GANTZ_NAMESPACE: 'hostile' } });
      ({ client } = connected);
    });
    after(() => connected.close());

    it('reads and completes names of any text, each for itself', async () => {
      const names = [
        'a/b',
        '..',
        '../x',
        'a b',
        '%41',
        'A',
        '?',
        '#',
        '*',
        '[ab]',
        '\\',
        '\0\n\x1b',
        '{name}',
        'ä😀',
      ];
      for (const name of names) await call(client, 'cache_set', { key: name, value: { name } });
      for (const name of names) {
        assert.deepEqual(await readValue(client, 'cache', name), { name }, JSON.stringify(name));
        const { values } = (await complete(client, 'cache', name)) as { values: string[] };
        assert.deepEqual(values, names.filter((one) => one.startsWith(name)).sort(), JSON.stringify(name));
      }
      for (const name of ['a}b', '{q']) {
        await call(client, 'queue_add', { queue: name, payload: 1 });
        assert.deepEqual(await complete(client, 'queue', name), { values: [name], hasMore: false });
      }
    });

    it('refuses URIs that are not of the form of the templates', async () => {
      for (const uri of [
        'gantz://state/cache/',
        'gantz://state/cache/a/b',
        'gantz://state/cache/%',
        'gantz://state/cache/%ff',
        'gantz://state/cache/A?x=1',
        'gantz://state/cache/A#x',
        'gantz://state/../state/cache/A',
        'gantz://STATE/cache/A',
        ' gantz://state/cache/A',
        'gantz://state/cache/A\n',
      ])
        await assert.rejects(client.readResource({ uri }), missing(uri), uri);
    });

    it('reads a value of 5 MB, and completes at most 100 of many names', async () => {
      const text = 'x'.repeat(5_000_000);
      await call(client, 'cache_set', { key: 'large', value: text });
      assert.equal((await read(client, uriOf('cache', 'large'))).text, text);
      const entries = Object.fromEntries(Array.from({ length: 150 }, (_, index) => [`many${index}`, 1]));
      await call(client, 'cache_set_many', { entries });
      const { values, hasMore } = (await complete(client, 'cache', 'many')) as {
        values: string[];
        hasMore: boolean;
      };
      assert.deepEqual([values.length, hasMore], [100, true]);
    });

    it('reports a key of another type with the code of the tool', async () => {
      const observer = await redis.client();
      await observer.sendCommand(['RPUSH', 'hostile:cache:wrong', '1']);
      await assert.rejects(client.readResource({ uri: uriOf('cache', 'wrong') }), (error: unknown) => {
        const { code, data } = error as { code: number; data: Record<string, unknown> };
        assert.deepEqual([code, data['code'], data['success']], [-32603, 'WRONG_TYPE', false]);
        return true;
      });
    });
  });

  describe('under a policy', () => {
    const env = { REDIS_URL: '' };
    before(async () => {
      env.REDIS_URL = redis.url;
      // What a policy hides exists.
      const { client, close } = await connectClient({ env });
      await call(client, 'hash_set', { key: 'h', mapping: { f: 1 } });
      await call(client, 'cache_set', { key: 'k', value: 1 });
      assert.deepEqual(await readValue(client, 'hash', 'h'), { f: 1 });
      await close();
    });

    const cases: [what: string, args: string[], path: string, templates: string[], docs: string[]][] = [
      ['--tools', ['--tools', 'cache_get,list_push'], '', ['cache'], ['cache_get', 'list_push']],
      ['--toolset', ['--toolset', 'coordination'], '', ['lock'], []],
      ['/mcp/<toolset>', [], '/messaging', ['queue', 'stream'], []],
    ];
    for (const [what, args, path, kinds, docs] of cases) {
      it(`has only the kinds whose tools ${what} allows`, async () => {
        const over = path === '' ? 'stdio' : 'http';
        const { client, close } = await connectClient({ over, args, path, env });
        try {
          assert.deepEqual(await templatesOf(client), [
            'gantz://docs/{tool}',
            ...kinds.map((kind) => `gantz://state/${kind}/{name}`),
          ]);
          const listed = await uris(client);
          const { tools } = await client.listTools();
          assert.deepEqual(
            listed,
            tools.map(({ name }) => `gantz://docs/${name}`),
          );
          if (docs.length > 0)
            assert.deepEqual(
              listed,
              docs.map((name) => `gantz://docs/${name}`),
            );
          for (const uri of ['gantz://state/hash/h', 'gantz://docs/hash_get'])
            await assert.rejects(client.readResource({ uri }), missing(uri));
        } finally {
          await close();
        }
      });
    }

    it('completes no names of state where state_list is not allowed', async () => {
      const { client, close } = await connectClient({ args: ['--tools', 'cache_*'], env });
      try {
        await call(client, 'cache_set', { key: 'k', value: 1 });
        assert.deepEqual(await complete(client, 'cache', ''), { values: [], hasMore: false });
        await assert.rejects(complete(client, 'hash', ''), { code: -32602 });
      } finally {
        await close();
      }
    });

    it('reads with --read-only', async () => {
      const { client, close } = await connectClient({ args: ['--read-only'], env });
      try {
        assert.deepEqual(await templatesOf(client), ['gantz://docs/{tool}', ...ALL]);
        assert.ok(!(await uris(client)).includes('gantz://docs/cache_set'));
      } finally {
        await close();
      }
    });

    it('has all pages and kinds with --discover, though it lists three tools', async () => {
      const { client, close } = await connectClient({ flags: ['--discover'], env });
      try {
        assert.equal((await client.listTools()).tools.length, 3);
        assert.equal((await uris(client)).length, BUNDLED_MANIFEST.tools.length);
        assert.equal((await templatesOf(client)).length, ALL.length + 1);
        await call(client, 'cache_set', { key: 'discovered', value: 1 });
        assert.equal(await readValue(client, 'cache', 'discovered'), 1);
        assert.match(client.getInstructions() ?? '', /Redis[^]*hint[^]*search_tools/);
      } finally {
        await close();
      }
    });

    it('has no state of a tool of the same name that is not the bundled one', async () => {
      const cwd = folderWith({
        'gantz.yaml': 'name: own\ntools:\n  - { name: cache_get, script: { shell: echo own } }\n',
      });
      const { client, close } = await connectClient({ config: join(cwd, 'gantz.yaml'), env });
      try {
        assert.deepEqual(await templatesOf(client), ['gantz://docs/{tool}']);
        const uri = 'gantz://state/cache/k';
        await assert.rejects(client.readResource({ uri }), missing(uri));
      } finally {
        await close();
      }
    });

    it('asks nobody: a tool with confirm is not read', async () => {
      const cwd = folderWith({
        'gantz.yaml': 'name: own\ninclude: builtin:redis\nguards: { confirm: true }\ntools: {}\n',
      });
      const { client, close } = await connectClient({ config: join(cwd, 'gantz.yaml'), env });
      try {
        await assert.rejects(client.readResource({ uri: 'gantz://state/cache/k' }), (error: unknown) => {
          const { code, data } = error as { code: number; data: Record<string, unknown> };
          assert.deepEqual([code, data['code']], [-32602, 'FORBIDDEN']);
          return true;
        });
      } finally {
        await close();
      }
    });
  });

  it('come in pages of 200, with a cursor', async () => {
    const tools = Array.from(
      { length: 450 },
      (_, index) => `  - { name: t${index}, script: { shell: "true" } }`,
    );
    const cwd = folderWith({ 'gantz.yaml': ['name: many', 'tools:', ...tools, ''].join('\n') });
    const { client, close } = await connectClient({ config: join(cwd, 'gantz.yaml') });
    try {
      const pages: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.request({
          method: 'resources/list',
          params: cursor === undefined ? {} : { cursor },
        });
        pages.push(page.resources.length);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      assert.deepEqual(pages, [200, 200, 50]);
      await assert.rejects(client.listResources({ cursor: 'unknown' }), { code: -32602 });
      await assert.rejects(client.listResourceTemplates({ cursor: 'unknown' }), { code: -32602 });
    } finally {
      await close();
    }
  });

  it('report Redis that is away with its code, and the pages of tools are read all the same', async () => {
    const env = { REDIS_URL: `redis://127.0.0.1:${await freePort()}` };
    const { client, close } = await connectClient({ args: ['--timeout', '3s'], env });
    try {
      for (const failing of [
        client.readResource({ uri: 'gantz://state/cache/k' }),
        complete(client, 'cache', ''),
      ])
        await assert.rejects(failing, (error: unknown) => {
          const { code, data } = error as { code: number; data: Record<string, unknown> };
          assert.deepEqual([code, data['code'], data['retryable']], [-32603, 'REDIS_UNAVAILABLE', true]);
          return true;
        });
      await read(client, 'gantz://docs/cache_get');
    } finally {
      await close();
    }
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError } from '../../lib/contract/errors.ts';
import { mergePatch } from '../../lib/json/merge-patch.ts';
import { anyJson, anyText } from '../helpers/json.ts';
import { openRows, useRows } from '../helpers/rows.ts';
import { waitFor } from '../helpers/wait.ts';

const anyMembers = fc.dictionary(anyText, anyJson, { maxKeys: 4, noNullPrototype: true });
const anyData = fc.dictionary(anyText, fc.oneof(anyJson, anyMembers), { maxKeys: 5, noNullPrototype: true });

describe('session', () => {
  const { redis, rows } = useRows();
  const stored = (id: string): string => `${rows.namespace}:session:${id}`;
  const create = async (data: Record<string, unknown>): Promise<string> =>
    (await rows.call('session_create', { data })).session_id;
  const read = async (id: string) => {
    const { session } = await rows.call('session_get', { session_id: id });
    assert.ok(session, 'the session is there');
    return session;
  };

  describe('session_patch', () => {
    it('merges any patch into any data as RFC 7396', async () => {
      await fc.assert(
        fc.asyncProperty(anyData, anyData, async (data, patch) => {
          const id = await create(data);
          await rows.call('session_patch', { session_id: id, patch });
          assert.deepEqual((await read(id)).data, mergePatch(data, patch));
        }),
        { numRuns: 60 },
      );
    });

    it('adds 1 to the revision, and keeps the time to live', async () => {
      const id = await create({ a: { b: 1 } });
      const at = Date.now() + 123_456;
      await redis.plain.pExpireAt(stored(id), at);
      assert.deepEqual(await rows.call('session_patch', { session_id: id, patch: { a: { c: 2 } } }), {
        session_id: id,
        revision: 2,
      });
      assert.equal((await rows.call('session_patch', { session_id: id, patch: {} })).revision, 3);
      assert.equal(await redis.plain.pExpireTime(stored(id)), at);
    });

    it('keeps every one of 20 parallel patches of 20 members of one object', async () => {
      const id = await create({ votes: {} });
      const clients = Array.from({ length: 20 }, () => openRows(redis, rows.namespace));
      const revisions = await Promise.all(
        clients.map(async (client, index) => {
          const patch = { votes: { [`voter-${index}`]: index } };
          return (await client.call('session_patch', { session_id: id, patch })).revision;
        }),
      );
      const { data, revision } = await read(id);
      assert.deepEqual(
        data['votes'],
        Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`voter-${index}`, index])),
      );
      assert.equal(revision, 21);
      assert.deepEqual(
        revisions.sort((a, b) => a - b),
        Array.from({ length: 20 }, (_, index) => index + 2),
      );
      await Promise.all(clients.map((one) => one.close()));
    });

    it('loses neither patches nor updates of one session', async () => {
      const id = await create({ a: {} });
      const members = Array.from({ length: 30 }, (_, index) => `m${index}`);
      await Promise.all(
        members.map(async (name, index) => {
          if (index % 2 === 0)
            await rows.call('session_patch', { session_id: id, patch: { a: { [name]: 1 } } });
          else await rows.call('session_update', { session_id: id, data: { [name]: 1 } });
        }),
      );
      const { data } = await read(id);
      const { a, ...others } = data;
      const found = [...Object.keys(a as object), ...Object.keys(others)];
      assert.deepEqual(found.sort(), members.sort());
    });

    it('writes once for an expected revision, and fails with CONFLICT for another one', async () => {
      const id = await create({ a: { b: 1 } });
      await rows.call('session_patch', { session_id: id, patch: { a: { c: 1 } }, expected_revision: 1 });
      const late = { session_id: id, patch: { a: { b: 2 } }, expected_revision: 1 };
      const { message, outcome, retryable } = await rows.failure('session_patch', late, 'CONFLICT');
      assert.match(message, /revision 2, not 1/);
      assert.deepEqual([outcome, retryable], ['none', false]);
      assert.deepEqual((await read(id)).data, { a: { b: 1, c: 1 } });
    });

    it('fails with CONFLICT, to be called again, when other writers are faster until the time limit', async () => {
      const id = await create({ a: { b: 1 } });
      // A deadline of which nothing is left after the first attempt.
      class Ended extends Deadline {
        #readings = 0;
        override remainingMs(): number {
          return this.#readings++ === 0 ? 10_000 : 0;
        }
      }
      const clients = Array.from({ length: 10 }, () => openRows(redis, rows.namespace));
      // Connecting reads the deadline too.
      await Promise.all(clients.map((client) => client.call('cache_exists', { key: 'any' })));
      let written = 0;
      const failures: unknown[] = [];
      const patchOnceEach = async (): Promise<boolean> => {
        const settled = await Promise.allSettled(
          clients.map((client, index) =>
            client.call(
              'session_patch',
              { session_id: id, patch: { a: { [`m${written}-${index}`]: 1 } } },
              { deadline: new Ended({ budgetMs: 60_000 }) },
            ),
          ),
        );
        for (const one of settled) {
          if (one.status === 'rejected') failures.push(one.reason);
          else written++;
        }
        return failures.length > 0;
      };
      await waitFor(patchOnceEach, { what: 'a patch that another one overtakes' });
      for (const failure of failures) {
        assert.ok(failure instanceof GantzError);
        const { code, outcome, retryable } = failure;
        assert.deepEqual([code, outcome, retryable], ['CONFLICT', 'none', true]);
      }
      const { data } = await read(id);
      assert.equal(Object.keys(data['a'] as object).length - 1, written);
      await Promise.all(clients.map((one) => one.close()));
    });

    it('does not create a session, and does not read the hash of another program as one', async () => {
      await rows.failure('session_patch', { session_id: 'none', patch: { a: 1 } }, 'NOT_FOUND');
      assert.equal(await redis.plain.exists(stored('none')), 0);
      await redis.plain.hSet(stored('foreign'), 'a', '1');
      await rows.failure('session_patch', { session_id: 'foreign', patch: { a: 1 } }, 'NOT_FOUND');
      await redis.plain.set(stored('text'), 'x');
      await rows.failure('session_patch', { session_id: 'text', patch: { a: 1 } }, 'WRONG_TYPE');
    });
  });

  describe('session_update with unset', () => {
    it('removes keys and sets others in one revision', async () => {
      const id = await create({ a: 1, '\ud800': 2, revision: 3, '': 4, kept: 5 });
      const unset = ['a', '\ud800', 'revision', '', 'absent'];
      const update = { session_id: id, data: { b: null }, unset };
      assert.equal((await rows.call('session_update', update)).revision, 2);
      const { data, revision } = await read(id);
      assert.deepEqual([data, revision], [{ kept: 5, b: null }, 2]);
    });

    it('removes 10,000 keys in one call', async () => {
      const data = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}`, index]));
      const id = await create({ ...data, kept: 1 });
      await rows.call('session_update', { session_id: id, unset: Object.keys(data) });
      assert.deepEqual((await read(id)).data, { kept: 1 });
    });

    it('refuses a key that is in data too, and changes nothing', async () => {
      const id = await create({ a: 1 });
      const update = { session_id: id, data: { a: 2 }, unset: ['b', 'a'] };
      const { details } = await rows.failure('session_update', update, 'INVALID_PARAMETERS');
      assert.equal(details?.[0]?.path, '/unset/1');
      assert.deepEqual((await read(id)).data, { a: 1 });
    });
  });

  for (const tool of ['session_update', 'session_patch'] as const) {
    describe(`${tool} with a fence`, () => {
      const input = (id: string, a: number, fence?: number) => ({
        session_id: id,
        ...(tool === 'session_update' ? { data: { a } } : { patch: { a } }),
        ...(fence !== undefined && { fence }),
      });
      const write = async (id: string, a: number, fence?: number): Promise<unknown> =>
        await rows.call(tool, input(id, a, fence));
      const refuse = async (id: string, a: number, fence: number): Promise<GantzError> =>
        await rows.failure(tool, input(id, a, fence), 'CONFLICT');

      it('refuses a fence that is older than the newest one, and keeps the newest', async () => {
        const id = await create({ a: 0 });
        for (const [a, fence] of [
          [1, 9],
          [2, 10],
          [3, 10],
          [4, Number.MAX_SAFE_INTEGER],
        ] as const)
          await write(id, a, fence);
        for (const fence of [1, 10, Number.MAX_SAFE_INTEGER - 1]) {
          const { message, outcome } = await refuse(id, 9, fence);
          assert.match(message, new RegExp(`fence 9007199254740991, which is newer than ${fence}$`));
          assert.equal(outcome, 'none');
        }
        const { data, revision } = await read(id);
        assert.deepEqual([data, revision], [{ a: 4 }, 5]);
      });

      it('keeps the fence over a replacement of all data, and needs none', async () => {
        const id = await create({ a: 0 });
        await write(id, 1, 7);
        await rows.call('session_update', { session_id: id, data: { b: 1 }, merge: false });
        await write(id, 2);
        await refuse(id, 3, 6);
        assert.deepEqual((await read(id)).data, { a: 2, b: 1 });
      });
    });
  }
});

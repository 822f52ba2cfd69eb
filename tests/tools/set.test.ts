import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { SetMembersResult } from '../../lib/generated/tools.ts';
import { anyJson } from '../helpers/json.ts';
import { useRows } from '../helpers/rows.ts';

describe('set', () => {
  const { redis, rows } = useRows();
  const stored = (key: string): string => `${rows.namespace}:set:${key}`;
  const sorted = (values: readonly unknown[]): string[] =>
    values.map((value) => JSON.stringify(value)).sort();

  it('gives back any JSON values, each once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyJson, { minLength: 1, maxLength: 6 }), async (members) => {
        const key = 'any';
        await rows.call('set_delete', { key });
        const distinct = [...new Set(sorted(members))];
        assert.deepEqual(await rows.call('set_add', { key, members: [...members, ...members] }), {
          added: distinct.length,
        });
        const page: SetMembersResult = await rows.call('set_members', { key });
        assert.deepEqual(sorted(page.members), distinct);
        assert.deepEqual([page.count, page.cursor], [distinct.length, null]);
        for (const member of members) {
          assert.deepEqual(await rows.call('set_is_member', { key, member }), { is_member: true });
        }
        assert.deepEqual(await rows.call('set_remove', { key, members }), { removed: distinct.length });
      }),
    );
  });

  it('distinguishes the text "1" from the number 1', async () => {
    await rows.call('set_add', { key: 'types', members: ['1'] });
    assert.deepEqual(await rows.call('set_is_member', { key: 'types', member: 1 }), { is_member: false });
    assert.deepEqual(await rows.call('set_remove', { key: 'types', members: [1, true] }), { removed: 0 });
    assert.deepEqual(await rows.call('set_is_member', { key: 'nothing', member: 1 }), { is_member: false });
  });

  it('reads what other clients add', async () => {
    await redis.plain.sAdd(stored('raw'), ['plain', '42']);
    assert.deepEqual(sorted((await rows.call('set_members', { key: 'raw' })).members), ['"plain"', '42']);
    assert.deepEqual(await rows.call('set_is_member', { key: 'raw', member: 42 }), { is_member: true });
  });

  it('returns 100 000 members, page by page', async () => {
    const members = Array.from({ length: 100_000 }, (_, index) => index);
    assert.deepEqual(await rows.call('set_add', { key: 'many', members }), { added: 100_000 });
    const found = new Set<unknown>();
    let cursor: string | null = '0';
    do {
      const page: SetMembersResult = await rows.call('set_members', {
        key: 'many',
        limit: 20_000,
        cursor,
      });
      assert.ok(page.count >= 20_000 || page.cursor === null);
      assert.equal(new Set(page.members).size, page.count, 'no member twice in a page');
      for (const member of page.members) found.add(member);
      cursor = page.cursor;
    } while (cursor !== null);
    assert.equal(found.size, 100_000);
    assert.deepEqual(await rows.call('set_remove', { key: 'many', members }), { removed: 100_000 });
  });

  it('stops near a small limit, not a thousand members after it', async () => {
    const members = Array.from({ length: 5000 }, (_, index) => `member ${index}`);
    await rows.call('set_add', { key: 'large', members });
    const { count, cursor } = await rows.call('set_members', { key: 'large', limit: 10 });
    assert.ok(count >= 10 && count < 100, `${count} members`);
    assert.ok(cursor);
  });

  it('sets, keeps or removes the time to live with the write', async () => {
    await rows.call('set_add', { key: 'life', members: [1], ttl: 100 });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('set_add', { key: 'life', members: [2] });
    assert.ok((await redis.plain.ttl(stored('life'))) > 90);
    await rows.call('set_add', { key: 'life', members: [1], ttl: null });
    assert.equal(await redis.plain.ttl(stored('life')), -1);
  });

  it('leaves a key of another type as it is, its time to live too', async () => {
    await redis.plain.set(stored('text'), 'x');
    await rows.failure('set_add', { key: 'text', members: [1], ttl: 5 }, 'WRONG_TYPE');
    await rows.failure('set_members', { key: 'text' }, 'WRONG_TYPE');
    assert.equal(await redis.plain.get(stored('text')), 'x');
    assert.equal(await redis.plain.ttl(stored('text')), -1);
  });

  it('deletes a set once', async () => {
    await rows.call('set_add', { key: 'gone', members: [1] });
    assert.deepEqual(await rows.call('set_delete', { key: 'gone' }), { deleted: true });
    assert.deepEqual(await rows.call('set_delete', { key: 'gone' }), { deleted: false });
  });
});

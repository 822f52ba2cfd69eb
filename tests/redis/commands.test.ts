import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createClient } from '@redis/client';
import { COMMANDS } from '../../lib/redis/commands.ts';

describe('COMMANDS', () => {
  it('lists only commands that node-redis has', () => {
    const client: object = createClient({ RESP: 2 });
    for (const name of COMMANDS) assert.equal(typeof Reflect.get(client, name), 'function', name);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ClientClosedError,
  ErrorReply,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
} from '@redis/client';
import { GantzError } from '../../lib/contract/errors.ts';
import { explainRedisError } from '../../lib/redis/errors.ts';

const explain = (error: unknown, { sent = true, readOnly = false } = {}): GantzError => {
  const explained = explainRedisError(error, { where: 'redis://h:1', sent, readOnly });
  assert.ok(explained instanceof GantzError);
  return explained;
};

describe('explainRedisError', () => {
  for (const [reply, code, retryable] of [
    ['WRONGTYPE Operation against a key', 'WRONG_TYPE', false],
    ['NOTFOUND There is no session x', 'NOT_FOUND', false],
    ['CONFLICT The revision is 3', 'CONFLICT', false],
    ['INVALID The cost exceeds the limit', 'INVALID_PARAMETERS', false],
    ['NOAUTH Authentication required.', 'REDIS_AUTH', false],
    ['WRONGPASS invalid username-password pair', 'REDIS_AUTH', false],
    ['NOPERM this user has no permissions', 'REDIS_AUTH', false],
    ['DENIED Redis is running in protected mode', 'REDIS_AUTH', false],
    ['LOADING Redis is loading the dataset in memory', 'REDIS_UNAVAILABLE', true],
    ['BUSY Redis is busy running a script', 'REDIS_UNAVAILABLE', true],
    ['READONLY You can not write against a read only replica.', 'REDIS_UNAVAILABLE', true],
    ['OOM command not allowed', 'REDIS_UNAVAILABLE', true],
    ['MISCONF Redis is configured to save RDB snapshots', 'REDIS_UNAVAILABLE', true],
    ['CLUSTERDOWN The cluster is down', 'REDIS_UNAVAILABLE', true],
    ['MASTERDOWN Link with MASTER is down', 'REDIS_UNAVAILABLE', true],
    ['NOREPLICAS Not enough good replicas to write.', 'REDIS_UNAVAILABLE', true],
    ['MOVED 3999 127.0.0.1:6381', 'NOT_RUNNABLE', false],
    ['ERR max number of clients reached', 'REDIS_UNAVAILABLE', true],
    ['ERR DB index is out of range', 'NOT_RUNNABLE', false],
    ['ERR invalid DB index', 'NOT_RUNNABLE', false],
    ['ERR SELECT is not allowed in cluster mode', 'NOT_RUNNABLE', false],
    ['ERR AUTH <password> called without any password configured', 'REDIS_AUTH', false],
    ['ERR unknown command', 'REDIS_ERROR', false],
    ['NOVELTY of a later version', 'REDIS_ERROR', false],
    ['lower case', 'REDIS_ERROR', false],
  ] as const) {
    it(`maps "${reply}" to ${code}, outcome none`, () => {
      const explained = explain(new ErrorReply(reply));
      assert.deepEqual([explained.code, explained.outcome, explained.retryable], [code, 'none', retryable]);
    });
  }

  it('does not report every error reply to the handshake as a wrong password', () => {
    const code = (reply: string): string => explain(new ErrorReply(reply), { sent: false }).code;
    assert.equal(code('ERR max number of clients reached'), 'REDIS_UNAVAILABLE');
    assert.equal(code('ERR DB index is out of range'), 'NOT_RUNNABLE');
    assert.equal(code('ERR unknown command'), 'REDIS_ERROR');
    assert.equal(code('ERR AUTH <password> called without any password configured'), 'REDIS_AUTH');
  });

  for (const reply of [
    // Redis 6.2, 7.0, 7.2 to 8 with Valkey 8, and Valkey 9
    "ERR Error running script (call to f_5b87): @user_script:28: @user_script: 28: The user executing the script can't run this command or subcommand",
    "@user_script: 28: The user executing the script can't run this command or subcommand",
    "ERR The user executing the script can't run this command or subcommand script: 5b87, on @user_script:28.",
    "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
    "ERR ACL failure in script: User u has no permissions to run the 'expire' command script: 5b87, on @user_script:1.",
    "ERR ACL failure in script: User u has no permissions to run the 'get' command",
    'ERR ACL failure in script: No permissions to access a key script: on @user_script:1.',
    "NOPERM User u has no permissions to run the 'expire' command script: 5b87, on @user_script:1.",
  ]) {
    it(`reports a missing permission inside a script as REDIS_AUTH, with outcome unknown: ${reply}`, () => {
      const refused = explain(new ErrorReply(reply));
      assert.deepEqual([refused.code, refused.outcome], ['REDIS_AUTH', 'unknown']);
      assert.match(String(refused.hint), /ACL SETUSER/);
      assert.doesNotMatch(refused.message, /User u/);
      assert.equal(explain(new ErrorReply(reply), { readOnly: true }).outcome, 'none');
    });
  }

  for (const reply of [
    "NOPERM this user has no permissions to run the 'evalsha' command or its subcommand",
    "NOPERM User u has no permissions to run the 'evalsha' command",
    'NOPERM this user has no permissions to access one of the keys used as arguments',
    'NOPERM No permissions to access a key',
  ]) {
    it(`reports a denied command as REDIS_AUTH, with outcome none and without the user: ${reply}`, () => {
      const refused = explain(new ErrorReply(reply));
      assert.deepEqual([refused.code, refused.outcome], ['REDIS_AUTH', 'none']);
      assert.doesNotMatch(refused.message, /User u/);
    });
  }

  it('names the renamed or absent command, without its arguments', () => {
    for (const reply of [
      "ERR unknown command 'UNLINK', with args beginning with: 'secret' ",
      'ERR unknown command `UNLINK`, with args beginning with: `secret`, ',
    ]) {
      const failure = explain(new ErrorReply(reply));
      assert.deepEqual([failure.code, failure.outcome], ['REDIS_ERROR', 'none']);
      assert.equal(failure.message, 'Redis at redis://h:1 has no command UNLINK');
      assert.match(String(failure.hint), /rename-command/);
    }
  });

  for (const reply of [
    'ERR Unknown Redis command called from script script: 985c, on @user_script:1.',
    'ERR Unknown command called from script script: on @user_script:1.',
    'ERR Error running script (call to f_985c): @user_script:1: @user_script: 1: Unknown Redis command called from Lua script',
  ]) {
    it(`reports an absent command inside a script with outcome unknown: ${reply}`, () => {
      const failure = explain(new ErrorReply(reply));
      assert.deepEqual([failure.code, failure.outcome], ['REDIS_ERROR', 'unknown']);
      assert.match(String(failure.hint), /rename-command/);
    });
  }

  it('uses the sentence of a script as the message', () =>
    assert.equal(explain(new ErrorReply('CONFLICT The revision is 3')).message, 'The revision is 3'));

  it('ignores a code inside a sentence', () =>
    assert.equal(explain(new ErrorReply('ERR something about WRONGTYPE')).code, 'REDIS_ERROR'));

  it('gives the outcome when the connection is lost', () => {
    for (const error of [
      new SocketClosedUnexpectedlyError(),
      new SocketTimeoutError(1),
      new ClientClosedError(),
      Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' }),
    ]) {
      assert.equal(explain(error).code, 'REDIS_UNAVAILABLE');
      assert.equal(explain(error).outcome, 'unknown');
      assert.equal(explain(error, { readOnly: true }).outcome, 'none');
      assert.equal(explain(error, { sent: false }).outcome, 'none');
    }
  });

  it('returns an error that is not from Redis unchanged', () => {
    const bug = new TypeError('x is not a function');
    assert.equal(explainRedisError(bug, { where: '', sent: true, readOnly: false }), bug);
    const known = new GantzError('NOT_FOUND', 'none');
    assert.equal(explainRedisError(known, { where: '', sent: true, readOnly: false }), known);
  });
});

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CODES } from '../../lib/contract/errors.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';

/** Stores one value of each type with the key `a`, which the command lines use. */
export async function storeValues(env: Record<string, string>): Promise<void> {
  for (const argv of [
    ['cache', 'set', '{"key":"a","value":1}'],
    ['list', 'push', '{"key":"a","values":[1,2]}'],
    ['hash', 'set', '{"key":"a","mapping":{"f":1}}'],
    ['set', 'add', '{"key":"a","members":[1]}'],
  ])
    assert.equal((await runMain(argv, { env })).exitCode, 0);
}

/** One of the given command lines. */
const oneOf = (...lines: string[][]): fc.Arbitrary<string[]> => fc.constantFrom(...lines);

const groups = [
  'cache',
  'list',
  'hash',
  'set',
  'sorted_set',
  'session',
  'lock',
  'queue',
  'stream',
  'lock',
  'pubsub',
  'rate_limit',
  'state',
];
const badJson = fc.oneof(
  fc.constantFrom(
    '{',
    '}',
    '{"key"',
    '{"key":}',
    "{'key':'a'}",
    'key',
    '',
    '\u0000',
    '\ud800',
    '{"key":"a",}',
    'NaN',
    '{"key":01}',
    '{"key":"a"}{}',
  ),
  fc.string({ unit: 'binary' }).filter((text) => !/^\s*[-@{]/.test(text) && !/^--?h/.test(text)),
);
const notObject = fc.constantFrom('[]', 'null', '1', '"text"', 'true', '[{"key":"a"}]', '-0');
const unknownName = fc.string({ minLength: 1, maxLength: 12 }).map((name) => `x${name}`);
const wrongTypes: fc.Arbitrary<string[]> = oneOf(
  ['cache', 'set', '{"key":5,"value":1}'],
  ['cache', 'set', '{"key":"","value":1}'],
  ['cache', 'set', '{"key":null,"value":1}'],
  ['cache', 'set_many', '{"entries":[1]}'],
  ['cache', 'lease', '{"key":"a","lease_seconds":0}'],
  ['cache', 'fulfill', '{"key":"a","value":1}'],
  ['cache', 'set', '{"value":1}'],
  ['cache', 'set', '{"key":"a"}'],
  ['cache', 'set', '{"key":"\\ud800","value":1}'],
  ['cache', 'set', '{"key":"a","value":12345678901234567890}'],
  ['cache', 'set', '{"key":"a","value":1,"ttl":0}'],
  ['cache', 'set', '{"key":"a","value":1,"ttl":1.5}'],
  ['cache', 'set', '{"key":"a","value":1,"ttl":"0x10"}'],
  ['cache', 'set', '{"key":"a","value":1,"ttl":99999999999}'],
  ['cache', 'set', '{"key":"a","value":1,"only_if":"never"}'],
  ['cache', 'set', `{"key":"a","value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['cache', 'increment', '{"key":"a","by":1.5}'],
  ['cache', 'keys', '{"cursor":"x"}'],
  ['cache', 'keys', '{"cursor":"99999999999999999999"}'],
  ['cache', 'keys', '{"limit":0}'],
  ['list', 'push', '{"key":"a","values":[]}'],
  ['list', 'push', '{"key":"a","values":"x"}'],
  ['list', 'pop', '{"key":"a","left":"perhaps"}'],
  ['hash', 'set', '{"key":"a","mapping":{}}'],
  ['hash', 'set', '{"key":"a","mapping":[]}'],
  ['hash', 'delete', '{"key":"a","fields":[]}'],
  ['hash', 'delete', '{"key":"a","fields":[1]}'],
  ['set', 'add', '{"key":"a","members":{}}'],
  ['sorted_set', 'add', '{"key":"a","members":[]}'],
  ['sorted_set', 'add', '{"key":"a","members":[{"member":1}]}'],
  ['sorted_set', 'add', '{"key":"a","members":[{"member":1,"score":1e400}]}'],
  ['sorted_set', 'add', '{"key":"a","members":[{"member":1,"score":null}]}'],
  ['sorted_set', 'increment', '{"key":"a","member":1,"by":"much"}'],
  ['sorted_set', 'range', '{"key":"a","from":0.5}'],
  ['lock', 'acquire', '{"name":""}'],
  ['lock', 'acquire', '{"name":"a","ttl":0}'],
  ['lock', 'acquire', '{"name":"a","ttl":86401}'],
  ['lock', 'release', '{"name":"a"}'],
  ['session', 'create', '{"data":[]}'],
  ['session', 'create', '{"ttl":-1}'],
  ['session', 'update', '{"session_id":"","data":{}}'],
  ['session', 'update', '{"session_id":"x","data":{"a":1},"unset":["a"]}'],
  ['session', 'update', '{"session_id":"x","data":{},"fence":0}'],
  ['session', 'patch', '{"session_id":"x","patch":[]}'],
  ['session', 'create', '{"owner":""}'],
  ['session', 'list', '{"owner":"a","cursor":"x"}'],
  ['session', 'extend', '{"session_id":"x","ttl":-5}'],
  ['state', 'list', '{}'],
  ['state', 'list', '{"kind":"channel"}'],
  ['stream', 'append', '{"stream":"a"}'],
  ['stream', 'append', '{"stream":"a","event":1,"max_length":0}'],
  ['stream', 'read', '{"stream":"a","after":"first"}'],
  ['stream', 'take', '{"stream":"a","group":"g","from":"5"}'],
  ['stream', 'ack', '{"stream":"a","group":"g","ids":[]}'],
  ['stream', 'trim', '{"stream":"a"}'],
  ['pubsub', 'subscribe', '{}'],
  ['pubsub', 'subscribe', '{"channel":"a","pattern":"b"}'],
  ['pubsub', 'unsubscribe', '{}'],
  ['queue', 'add', '{"queue":"a"}'],
  ['queue', 'add', '{"queue":"a","payload":1,"priority":-1}'],
  ['queue', 'add_many', '{"queue":"a","payloads":[1,2],"dedup_ids":["a"]}'],
  ['queue', 'take', '{"queue":"a","visibility":0}'],
  ['queue', 'ack', '{"queue":"a","receipts":[]}'],
  ['queue', 'peek', '{"queue":"a","state":"gone"}'],
  ['queue', 'peek', '{"queue":"a","cursor":"x"}'],
  ['rate_limit', 'check', '{"identifier":"a","limit":1,"window_seconds":10,"cost":2}'],
  ['rate_limit', 'sliding_window', '{"identifier":"a","limit":0,"window_seconds":10}'],
  ['rate_limit', 'sliding_window', '{"identifier":"a","limit":1,"window_seconds":10,"cost":-1}'],
  ['rate_limit', 'check', '{"identifier":"a","limit":1,"window_seconds":10,"wait":-1}'],
  ['rate_limit', 'token_bucket', '{"identifier":"a","capacity":1,"refill_per_second":0}'],
  ['rate_limit', 'token_bucket', '{"identifier":"a","capacity":1,"refill_per_second":1,"cost":2}'],
  ['rate_limit', 'token_bucket', '{"identifier":"a","capacity":1000000000,"refill_per_second":0.000001}'],
  ['rate_limit', 'combined', '{"identifier":"a","limits":[]}'],
  ['rate_limit', 'combined', '{"identifier":"a","limits":[{"limit":1}]}'],
  [
    'rate_limit',
    'combined',
    '{"identifier":"a","limits":[{"limit":1,"window_seconds":9},{"limit":2,"window_seconds":9}]}',
  ],
  ['rate_limit', 'reset', '{"identifier":""}'],
);

/** Command lines that must fail before they have an effect. */
export const badInvocation: fc.Arbitrary<string[]> = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('cache', 'list', 'hash', 'set'),
      fc.constantFrom('set', 'get', 'push', 'add', 'delete'),
      badJson,
    )
    .map((argv) => [...argv]),
  fc.tuple(fc.constantFrom(...groups), unknownName).map(([group, name]) => [group, name, '{"key":"a"}']),
  fc.tuple(unknownName, fc.constant('get')).map((argv) => [...argv, '{"key":"a"}']),
  unknownName.map((name) => ['call', name]),
  unknownName.map((name) => ['call', 'cache_set', JSON.stringify({ key: 'a', value: 1, [name]: 1 })]),
  fc
    .tuple(fc.constantFrom('get', 'set', 'delete', 'exists'), notObject)
    .map(([operation, json]) => ['cache', operation, json]),
  unknownName.map((name) => ['cache', 'delete', '--key', 'a', `--${name}`, 'b']),
  unknownName.map((name) => [`--${name}`, 'cache', 'delete', '{"key":"a"}']),
  fc
    .constantFrom(['--timeout', 'soon'], ['--timeout', '0'], ['--timeout'], ['--max-output', '-1'])
    .map((bad) => [...bad, 'cache', 'delete', '{"key":"a"}']),
  fc.constantFrom(...groups).map((group) => [group]),
  oneOf(
    [],
    ['call'],
    ['describe'],
    ['describe', 'nothing'],
    ['redis', 'restart'],
    ['tools', '--what'],
    ['ping', 'pong'],
  ),
  oneOf(['cache', 'delete', '{"key":"a"}', '{"key":"a"}']),
  oneOf(['cache', 'delete', '--key'], ['cache', 'delete', '@/nothing/there.json'], ['cache', 'delete', '-']),
  wrongTypes,
);

/** Fails unless a run printed one failure envelope with a code of exit status 2 and the outcome `none`. */
export function assertRefused(run: { stdout: string; exitCode: number }, argv: readonly string[]): void {
  const shown = JSON.stringify(argv).slice(0, 300);
  const envelope = envelopeOf({ ...run, stderr: '' });
  assert.ok(!envelope.success, `${shown} gave ${run.stdout}`);
  const { code, error, outcome } = envelope as { code: keyof typeof CODES; error: string; outcome: string };
  assert.equal(run.exitCode, CODES[code].exit, `${shown} gave ${run.stdout}`);
  assert.equal(run.exitCode, 2, `${shown} gave ${run.stdout}`);
  assert.equal(outcome, 'none');
  assert.ok(error.length > 0);
}

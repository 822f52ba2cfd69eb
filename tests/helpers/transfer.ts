import assert from 'node:assert/strict';
import type { Success } from '../../lib/contract/envelope.ts';
import { dump, type PlainClient } from './redis-server.ts';
import { envelopeOf, runMain, type RunOptions } from './run-main.ts';

/** The environment of a command: where Redis is, and the namespace. */
export type Place = Readonly<Record<string, string>>;

/** Runs `gantz export` and returns its lines. Fails unless it succeeds. */
export async function exportFrom(place: Place): Promise<string> {
  const run = await runMain(['-c', 'builtin:redis', 'export'], { env: place });
  assert.equal(run.exitCode, 0, run.stderr);
  return run.stdout;
}

/** Runs `gantz import` and returns its envelope. Fails unless it succeeds. */
export async function importInto(
  place: Place,
  lines: RunOptions['stdin'],
  ...words: string[]
): Promise<Success> {
  const run = await runMain(['-c', 'builtin:redis', 'import', ...words], {
    env: place,
    ...(lines !== undefined && { stdin: lines }),
  });
  assert.equal(run.exitCode, 0, run.stdout);
  const envelope = envelopeOf(run);
  assert.ok(envelope.success);
  return envelope;
}

/** Names of keys that are easily broken: by braces of a cluster, by line breaks, by other alphabets. */
const NAMES = [
  'plain',
  'two words',
  'a{b}c',
  '{}',
  'a}b',
  'a{b',
  '}{',
  '{tag}',
  'ünï 漢字 🎉',
  'line\nbreak',
  'quote"\\',
  'a:b*?[c]',
  '',
];

/** Writes structures of every type but streams, with edge values, and returns how many. All text is UTF-8. */
export async function fill(client: PlainClient, namespace: string): Promise<number> {
  const texts = [
    '',
    'text',
    '123',
    'ünï 🎉',
    'line\nbreak\r\n',
    '\u0000\u0001',
    '{"a":[1,true]}',
    '\uFEFFbom',
  ];
  const inAnHour = Date.now() + 3_600_123;
  for (const [index, name] of NAMES.entries()) {
    const key = (space: string): string => `${namespace}:${space}:${name}`;
    await client.set(key('cache'), texts[index % texts.length] ?? '', { PXAT: inAnHour + index });
    await client.rPush(key('list'), [...texts, ...texts]);
    await client.hSet(key('hash'), Object.fromEntries(texts.map((text, at) => [text, texts.at(-at) ?? ''])));
    await client.sAdd(key('set'), texts);
    await client.zAdd(key('rate'), [
      { value: '', score: -0.1 },
      { value: 'third', score: 1 / 3 },
      { value: 'most', score: Infinity },
      { value: 'least', score: -Infinity },
      { value: 'large', score: 2 ** 53 + 2 },
      { value: 'small', score: 5e-324 },
    ]);
  }
  await client.pExpireAt(`${namespace}:list:plain`, inAnHour);
  await client.pExpireAt(`${namespace}:rate:}{`, inAnHour);
  await client.hSet(`${namespace}:session:s`, { revision: '1', data: '{"user":"ada"}' });
  await client.pExpireAt(`${namespace}:session:s`, inAnHour + 77);
  await client.set(`${namespace}:cache:mebibyte`, 'ü'.repeat(512 * 1024));
  await client.rPush(
    `${namespace}:list:long`,
    Array.from({ length: 10_000 }, (_, at) => `item ${at} ${'x'.repeat(at % 100)}`),
  );
  await client.hSet(
    `${namespace}:hash:long`,
    Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`field ${at}`, 'y'.repeat(at % 200)])),
  );
  await client.sAdd(
    `${namespace}:set:long`,
    Array.from({ length: 5000 }, (_, at) => `member ${at}`),
  );
  await client.zAdd(
    `${namespace}:rate:long`,
    Array.from({ length: 5000 }, (_, at) => ({ value: `member ${at}`, score: at / 7 })),
  );
  return NAMES.length * 5 + 6;
}

/** Returns what servers store in a namespace, as one text for each key. */
export async function dumpOf(
  clients: readonly PlainClient[],
  namespace: string,
): Promise<Record<string, string>> {
  const all = await Promise.all(clients.map(dump));
  const entries = all.flatMap((one) => Object.entries(one));
  return Object.fromEntries(
    entries
      .filter(([key]) => key.startsWith(`${namespace}:`))
      .map(([key, text]): [string, string] => [key.slice(namespace.length + 1), text])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, test } from 'node:test';
import { CODES } from '../../lib/contract/errors.ts';
import { GUARDS } from '../../lib/run/guards/guards.ts';
import { parseManifest } from '../../lib/run/manifests.ts';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { freePort } from '../helpers/free-port.ts';
import { startRedis, useRedis } from '../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../helpers/run-main.ts';
import { PROGRAM } from '../helpers/run-program.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const PAGES = [
  'audit',
  'ci',
  'coming-from-gantz-cli',
  'comparison',
  'coordination',
  'deployment',
  'guards',
  'idempotency',
  'queue',
  'recipes',
  'troubleshooting',
] as const;

type Block = { language: string; text: string };

const README = readFileSync(join(DOCS, '../README.md'), 'utf8');

/** The texts whose commands run: the pages, and the section of README.md about guards. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ...PAGES.map((page) => [`docs/${page}.md`, readFileSync(join(DOCS, `${page}.md`), 'utf8')] as const),
  ['README.md, Guards,', /^## Guards\n.*?(?=^## )/ms.exec(README)?.[0] ?? ''],
];

/** The fenced blocks of a text, in their order. */
function blocksOf(text: string): Block[] {
  const found = text.matchAll(/^```(\w+)\n(.*?)^```$/gms);
  return [...found].map(([, language = '', text = '']) => ({ language, text }));
}

/** The file that a block holds: its first line is a comment with the name of the file. */
function fileOf({ language, text }: Block): string | undefined {
  return language === 'console' ? undefined : /^# ([\w./-]+\.\w+)\n/.exec(text)?.[1];
}

type Step = { command: string; expected: string };

/** The commands of a console block, each with the output that the page shows. */
function stepsOf({ text }: Block): Step[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [first = '', ...lines] = step.split('\n');
      const continued = lines.findIndex((line) => !line.startsWith('> '));
      return {
        command: [first, ...lines.slice(0, continued).map((line) => line.slice(2))].join('\n'),
        expected: lines.slice(continued).join('\n'),
      };
    });
}

/** In the output on a page, `…` stands for any text in a line. */
function matcherOf(expected: string): RegExp {
  const parts = expected.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^\\n]*')}$`, 'u');
}

const SEPARATOR = '\u001e';

/** Runs the commands of a block in one shell, and returns the output of each, stderr included. */
async function outputsOf(
  steps: readonly Step[],
  { cwd, env }: { cwd: string; env: Record<string, string> },
): Promise<string[]> {
  const script = steps.map(({ command }) => `${command}\nprintf '${SEPARATOR}'`).join('\n');
  const shell = endWithTests(
    spawn('sh', ['-c', `exec 2>&1\n${script}`], { cwd, env, stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  let output = '';
  shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  await endOf(shell, { what: () => `the end of the commands; they printed: ${output}` });
  return output.split(SEPARATOR).slice(0, -1);
}

describe('the pages of docs/', () => {
  const redis = useRedis();
  beforeEach(async () => {
    await redis.plain.flushAll();
  });

  for (const [name, text] of TEXTS) {
    test(`${name} shows what its commands print`, async () => {
      const cwd = folderWith({ 'bin/.keep': '' });
      symlinkSync(PROGRAM, join(cwd, 'bin/gantz'));
      const env = {
        PATH: `${cwd}/bin:${process.env['PATH'] ?? ''}`,
        HOME: cwd,
        XDG_STATE_HOME: cwd,
        REDIS_URL: redis.url,
        PORT: String(await freePort()),
      };
      let commands = 0;
      for (const block of blocksOf(text)) {
        const file = fileOf(block);
        if (file !== undefined) {
          mkdirSync(dirname(join(cwd, file)), { recursive: true });
          writeFileSync(join(cwd, file), block.text);
          if (file.endsWith('.sh')) chmodSync(join(cwd, file), 0o755);
        }
        if (block.language !== 'console') continue;
        const steps = stepsOf(block);
        const outputs = await outputsOf(steps, { cwd, env });
        for (const [index, { command, expected }] of steps.entries()) {
          commands++;
          assert.match((outputs[index] ?? '').trimEnd(), matcherOf(expected.trimEnd()), `$ ${command}`);
        }
      }
      assert.ok(commands > 0, 'the page has commands');
    });
  }
});

test('the user of docs/deployment.md may run every bundled tool, and use no other key', async () => {
  const [, line = ''] = /^user (gantz .*)$/m.exec(readFileSync(join(DOCS, 'deployment.md'), 'utf8')) ?? [];
  const server = await startRedis();
  try {
    const client = await server.client();
    // gantz test uses a namespace of its own.
    await client.sendCommand(['ACL', 'SETUSER', ...line.replaceAll('mcp:', 'gantz-test-').split(' ')]);
    const url = server.url.replace('unix://', 'unix://gantz:secret@');
    const run = await runMain(['-c', 'builtin:redis', 'test', '--json'], { env: { REDIS_URL: url } });
    assert.equal(run.exitCode, 0, run.stdout);
    const other = await runMain(['cache', 'get', '{"key":"a"}'], {
      env: { REDIS_URL: url, GANTZ_NAMESPACE: 'other' },
    });
    assert.equal(envelopeOf(other)['code'], 'REDIS_AUTH');
  } finally {
    await server.stop();
  }
});

test('docs/guards.md has an example with output for each guard, and every setting in its text is valid', async () => {
  const text = readFileSync(join(DOCS, 'guards.md'), 'utf8');
  const sections = text.split(/^## /m).slice(1);
  for (const guard of Object.keys(GUARDS)) {
    const section = sections.find((one) => one.startsWith(`${guard}\n`)) ?? '';
    assert.match(section, new RegExp(`^\`\`\`yaml\n# (?:.*\n)+?.*${guard}: (?:.*\n)+?\`\`\`$`, 'm'), guard);
    assert.match(section, /^```console\n\$ (?:.*\n)*?\{"success"/m, guard);
  }
  const settings = [...text.matchAll(/`((\w+): (?:\{[^`]*\}|[^`\s]+))`/g)]
    .map(([, setting = '', key = '']) => ({ setting, key }))
    .filter(({ key }) => Object.hasOwn(GUARDS, key));
  assert.ok(settings.length >= 10, 'the text has settings');
  for (const { setting } of settings) {
    const manifest = `name: settings\ntools:\n  - name: tool\n    description: d\n    parameters: [{ name: order_id }]\n    annotations: { idempotentHint: true }\n    http: { url: "https://example.com/" }\n    ${setting}\n`;
    await assert.doesNotReject(parseManifest(manifest, { file: 'gantz.yaml', directory: '/' }), setting);
  }
});

test('docs/troubleshooting.md has a section for every failure code', () => {
  const text = readFileSync(join(DOCS, 'troubleshooting.md'), 'utf8');
  const sections = [...text.matchAll(/^## (.*)$/gm)].flatMap(([, heading = '']) => heading.split(', '));
  assert.deepEqual(
    Object.keys(CODES).filter((code) => !sections.includes(code)),
    [],
  );
});

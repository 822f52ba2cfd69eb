import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import type { Ajv as AjvClass } from 'ajv';
import { unzipSync } from 'fflate';
import { parse } from 'yaml';
import { startRedis } from '../helpers/redis-server.ts';
import { startServer, type TestServer } from '../helpers/http-server.ts';
import { makeReleaseClone, NEXT, type ReleaseClone } from './release-clone.ts';

const require = createRequire(import.meta.url);
const { Ajv } = require('ajv') as { Ajv: typeof AjvClass };
const addFormats = require('ajv-formats') as (ajv: AjvClass) => void;
const execute = promisify(execFile);
const OWN = `${process.platform}-${process.arch}`;
const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

type Bundle = {
  name: string;
  tools: { name: string }[];
  server: { mcp_config: { command: string; args: string[]; env: Record<string, string> } };
  user_config: Record<string, { default: unknown }>;
};
type ServerJson = {
  name: string;
  packages: { registryType: string; fileSha256?: string; identifier: string }[];
};

describe('the files of a release', () => {
  let clone: ReleaseClone;
  let output: string;
  let home: string;
  let mirror: TestServer;
  let printed: string;
  let names: string[];
  before(async () => {
    clone = makeReleaseClone();
    output = join(clone.path, 'dist/release');
    home = mkdtempSync(join(tmpdir(), 'gantz-home-'));
    const { status, stdout, stderr } = clone.release(NEXT, '--dry-run');
    assert.equal(status, 0, stderr);
    printed = stdout;
    names = readdirSync(output).sort();
    mirror = await startServer((response, { url }) => {
      const file = join(output, url);
      if (existsSync(file)) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
  });
  after(async () => {
    await mirror.close();
    clone.remove();
    rmSync(home, { recursive: true });
  });

  it('are complete, with checksums; a dry run changes nothing else', () => {
    const sums = readFileSync(join(output, 'SHA256SUMS'), 'utf8').trimEnd().split('\n');
    for (const line of sums) {
      const [digest, name = ''] = line.split('  ');
      assert.equal(sha256(join(output, name)), digest, name);
    }
    assert.deepEqual([...sums.map((line) => line.split('  ')[1]), 'SHA256SUMS'].sort(), names);
    for (const name of ['Containerfile', 'install.sh', 'server.json', 'THIRD-PARTY-NOTICES.md'])
      assert.ok(names.includes(name), name);
    assert.ok(names.includes(`gantz-${NEXT}.tgz`) && names.includes(`gantz-${NEXT}.mcpb`));
    // The other executables need the network.
    for (const platform of ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'])
      if (platform !== OWN)
        assert.match(printed, new RegExp(`^release: skipped ${platform}: .*npm pack .+`, 'm'));
    assert.equal(clone.git('status', '--porcelain'), '');
    assert.equal(clone.git('tag'), '');
  });

  it('have a server.json that the schema of the MCP registry accepts', () => {
    const server = json(join(output, 'server.json')) as ServerJson;
    const check = checkerOf('server.schema.json');
    assert.ok(check(server), JSON.stringify(check.errors));
    assert.ok(!check({ ...server, name: 'gantz' }));
    const bundle = server.packages.find(({ registryType }) => registryType === 'mcpb');
    assert.equal(bundle?.fileSha256, sha256(join(output, `gantz-${NEXT}.mcpb`)));
    // The registry requires the same name in the npm package.
    const folder = join(home, 'tarball');
    mkdirSync(folder);
    spawnSync('tar', ['-xzf', join(output, `gantz-${NEXT}.tgz`), '-C', folder]);
    assert.equal((json(join(folder, 'package/package.json')) as { mcpName: string }).mcpName, server.name);
  });

  it('have a bundle whose manifest its schema accepts, and whose server starts', async () => {
    const folder = join(home, 'bundle with a space');
    for (const [name, content] of Object.entries(
      unzipSync(readFileSync(join(output, `gantz-${NEXT}.mcpb`))),
    )) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const manifest = json(join(folder, 'manifest.json')) as Bundle;
    const check = checkerOf('mcpb-manifest.schema.json');
    assert.ok(check(manifest), JSON.stringify(check.errors));
    assert.ok(!check({ ...manifest, server: {} }));

    const redis = await startRedis();
    try {
      const settings = Object.entries({ ...defaultsOf(manifest), redis_url: redis.url });
      // Clients replace these names so.
      const filled = (text: string) =>
        settings.reduce(
          (all, [name, value]) => all.replaceAll(`\${user_config.${name}}`, value),
          text.replaceAll('${__dirname}', folder),
        );
      const { command, args, env } = manifest.server.mcp_config;
      const client = new Client({ name: 'test', version: '1' });
      await client.connect(
        new StdioClientTransport({
          command,
          args: args.map(filled),
          env: {
            PATH: process.env['PATH'] ?? '',
            HOME: home,
            ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, filled(value)])),
          },
          cwd: home,
        }),
      );
      try {
        const { tools } = await client.listTools();
        assert.deepEqual(tools.map(({ name }) => name).sort(), manifest.tools.map(({ name }) => name).sort());
        await client.callTool({ name: 'cache_set', arguments: { key: 'a', value: 1 } });
        const answer = await client.callTool({ name: 'cache_get', arguments: { key: 'a' } });
        assert.deepEqual(answer.structuredContent, { success: true, value: 1, found: true });
      } finally {
        await client.close();
      }
    } finally {
      await redis.stop();
    }
  });

  describe(
    'for the platform of this machine',
    { skip: !has('curl') && !has('wget') && 'no curl, no wget' },
    () => {
      const installed = () => join(home, '.local/bin/gantz');
      const install = async (env: NodeJS.ProcessEnv = {}) =>
        await execute('sh', [join(output, 'install.sh')], {
          env: { PATH: process.env['PATH'], HOME: home, GANTZ_DOWNLOAD_URL: mirror.origin, ...env },
        }).then(
          ({ stderr }) => ({ status: 0, stderr }),
          (error: unknown) => {
            const { code, stderr } = error as { code: number; stderr: string };
            return { status: code, stderr };
          },
        );

      it('are installed by install.sh, which checks them first', async (t) => {
        if (!names.includes(`gantz-${NEXT}-${OWN}.gz`)) {
          t.skip('no executable for this machine');
          return;
        }
        const first = await install();
        assert.match(first.stderr, new RegExp(`installed gantz ${NEXT} as ${installed()}`));
        assert.equal(spawnSync(installed(), ['--version'], { encoding: 'utf8' }).stdout, `${NEXT}\n`);

        // A damaged download replaces nothing.
        const file = join(output, `gantz-${NEXT}-${OWN}.gz`);
        const whole = readFileSync(file);
        t.after(() => writeFileSync(file, whole));
        writeFileSync(file, whole.subarray(0, whole.length - 1));
        writeFileSync(installed(), '#!/bin/sh\necho mine\n');
        chmodSync(installed(), 0o755);
        const second = await install();
        assert.equal(second.status, 1);
        assert.match(second.stderr, /The SHA-256 of .* must be [0-9a-f]{64}\. Nothing was installed/);
        assert.equal(spawnSync(installed(), { encoding: 'utf8' }).stdout, 'mine\n');
        rmSync(file);
        const third = await install();
        assert.equal(third.status, 1);
        assert.match(third.stderr, /The download of .* failed/);
        assert.deepEqual(readdirSync(dirname(installed())), ['gantz']);
      });

      for (const [what, path, message] of [
        ['where gantz is a folder', '', /gantz is a folder: name another folder in GANTZ_INSTALL_DIR/],
        [
          'into a folder that cannot be made',
          'file',
          /Cannot write to .*: name another folder in GANTZ_INSTALL_DIR/,
        ],
      ] as const) {
        it(`are not installed ${what}`, async () => {
          const folder = mkdtempSync(join(home, 'folder-'));
          mkdirSync(join(folder, 'gantz'));
          writeFileSync(join(folder, 'file'), '');
          const { status, stderr } = await install({ GANTZ_INSTALL_DIR: join(folder, path) });
          assert.equal(status, 1);
          assert.match(stderr, message);
          assert.deepEqual(readdirSync(join(folder, 'gantz')), []);
        });
      }

      it('are not installed on a machine that has no executable', async () => {
        const folder = join(home, 'programs');
        mkdirSync(folder);
        writeFileSync(
          join(folder, 'uname'),
          '#!/bin/sh\ncase $1 in -s) echo Linux ;; *) echo riscv64 ;; esac\n',
        );
        chmodSync(join(folder, 'uname'), 0o755);
        const { status, stderr } = await install({ PATH: `${folder}:${process.env['PATH'] ?? ''}` });
        assert.equal(status, 1);
        assert.match(
          stderr,
          /There is no executable for riscv64\. With Node 20\.19 or newer: npm install --global gantz/,
        );
      });
    },
  );

  describe('serve the GitHub Action', { skip: !has('curl') && 'no curl' }, () => {
    it('which validates a manifest and runs its tests', async (t) => {
      if (!names.includes(`gantz-${NEXT}-${OWN}.gz`)) {
        t.skip('no executable for this machine');
        return;
      }
      const folder = join(home, 'work');
      mkdirSync(folder);
      const tool = (expected: string) =>
        'name: a\ntools:\n  - name: hello\n    description: d\n    script: { shell: echo hello }\n' +
        `    tests: [{ name: greets, expect: { equals: { output: ${expected} } } }]\n`;
      writeFileSync(join(folder, 'good.yaml'), tool('hello'));
      writeFileSync(join(folder, 'wrong.yaml'), tool('bye'));
      writeFileSync(join(folder, 'invalid.yaml'), 'name: a\ntools: 1\n');
      const run = (manifest: string, test = 'true') =>
        runAction(
          folder,
          { manifest, test, version: `v${NEXT}` },
          { HOME: home, GANTZ_DOWNLOAD_URL: mirror.origin },
        );
      assert.deepEqual(await run('good.yaml'), { failed: undefined, output: `version=${NEXT}\n` });
      assert.equal((await run('wrong.yaml')).failed, 'Run the tests of the tools');
      assert.equal((await run('wrong.yaml', 'false')).failed, undefined);
      assert.equal((await run('invalid.yaml')).failed, 'Validate the manifest');
    });
  });
});

type Step = { name: string; if?: string; run: string; env: Record<string, string> };

/** Runs the steps of action.yml as GitHub does. Returns the name of the step that failed, and the outputs. */
async function runAction(
  folder: string,
  inputs: Record<string, string>,
  env: NodeJS.ProcessEnv,
): Promise<{ failed: string | undefined; output: string }> {
  const root = join(import.meta.dirname, '../..');
  const { runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as { runs: { steps: Step[] } };
  const temp = mkdtempSync(join(folder, 'runner-'));
  const [path, output] = ['path', 'output'].map((name) => join(temp, name)) as [string, string];
  writeFileSync(path, '');
  writeFileSync(output, '');
  const values: Record<string, string> = {
    'github.action_repository || github.repository': 'example/gantz',
    'github.action_path': root,
    ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`inputs.${name}`, value])),
  };
  for (const step of runs.steps) {
    const wanted = /^inputs\.(\w+) == '(.*)'$/.exec(step.if ?? '');
    if (wanted && inputs[wanted[1] ?? ''] !== wanted[2]) continue;
    const filled = Object.entries(step.env).map(([name, text]) => [
      name,
      text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
        assert.ok(expression in values, expression);
        return values[expression] ?? '';
      }),
    ]);
    try {
      await execute('sh', ['-e', '-c', step.run], {
        cwd: folder,
        env: {
          ...env,
          PATH: `${readFileSync(path, 'utf8').split('\n').reverse().join(':')}:${process.env['PATH'] ?? ''}`,
          RUNNER_TEMP: temp,
          GITHUB_PATH: path,
          GITHUB_OUTPUT: output,
          GITHUB_ACTIONS: 'true',
          ...(Object.fromEntries(filled) as Record<string, string>),
        },
      });
    } catch {
      return { failed: step.name, output: readFileSync(output, 'utf8') };
    }
  }
  return { failed: undefined, output: readFileSync(output, 'utf8') };
}

/** Compiles a schema of the folder beside this file. Each says where it comes from. */
function checkerOf(name: string) {
  const ajv = new Ajv({ strict: false });
  addFormats(ajv);
  return ajv.compile(json(join(import.meta.dirname, 'schemas', name)) as object);
}

function defaultsOf({ user_config: settings }: Bundle): Record<string, string> {
  return Object.fromEntries(
    Object.entries(settings).map(([name, setting]) => [name, String(setting.default)]),
  );
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function json(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}

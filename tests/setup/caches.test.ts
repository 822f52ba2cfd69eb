import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { VERSION } from '../../lib/generated/version.ts';

const DIST = join(import.meta.dirname, '../../dist');
const PACKAGE = join(DIST, 'node/gantz.cjs');
const PROGRAMS = [join(DIST, 'native/gantz'), PACKAGE];
const GOOD = '{"success":true,"output":"hi 3"}\n';
const MANIFEST = `name: kept
tools:
  - name: say_it
    description: says it
    parameters:
      - { name: text, type: string, required: true, minLength: 1 }
      - { name: count, type: integer, default: 3 }
    script: { shell: 'echo {{text}} {{count}}' }
`;

for (const program of PROGRAMS) {
  describe(program.slice(DIST.length + 1), { skip: !existsSync(program) && 'it is not built' }, () => {
    /** Calls a tool twice with this cache folder, with valid and with invalid parameters. */
    function call(caches: string, env: Record<string, string> = {}): void {
      const cwd = mkdtempSync(join(tmpdir(), 'gantz-'));
      try {
        writeFileSync(join(cwd, 'gantz.yaml'), MANIFEST);
        for (let time = 0; time < 2; time++) {
          assert.equal(run(caches, cwd, '{"text":"hi"}', env), GOOD);
          assert.match(run(caches, cwd, '{"text":""}', env), /"message":"must not be empty"/);
        }
      } finally {
        rmSync(cwd, { recursive: true });
      }
    }

    function run(caches: string, cwd: string, params: string, env: Record<string, string>): string {
      const { stdout, stderr } = spawnSync(program, ['say', 'it', params], {
        cwd,
        env: { PATH: process.env['PATH'], HOME: '/dev/null', XDG_CACHE_HOME: caches, ...env },
        encoding: 'utf8',
        timeout: 120_000,
      });
      assert.equal(stderr, '');
      return stdout;
    }

    /** Calls a tool so that the cache folder is filled, and then calls `work`. `again` repeats the call. */
    function warmed(work: (caches: string, again: () => string) => void): void {
      const folder = mkdtempSync(join(tmpdir(), 'gantz-'));
      try {
        writeFileSync(join(folder, 'gantz.yaml'), MANIFEST);
        const caches = join(folder, 'caches');
        const again = (): string => run(caches, folder, '{"text":"hi"}', {});
        assert.equal(again(), GOOD);
        assert.ok(filesIn(caches).length > 0, 'the cache holds files');
        work(caches, again);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }

    it('gives the same result with an empty and a full cache', () => {
      warmed((caches, again) => {
        const kept = filesIn(caches).map((file) => [file, statSync(file).mtimeMs]);
        assert.equal(again(), GOOD);
        assert.deepEqual(
          filesIn(caches).map((file) => [file, statSync(file).mtimeMs]),
          kept,
          'the second call writes nothing',
        );
      });
    });

    it('works without a cache, and writes nothing', () => {
      const folder = mkdtempSync(join(tmpdir(), 'gantz-'));
      call(folder, { GANTZ_CACHE: 'off' });
      assert.deepEqual(readdirSync(folder), []);
      rmSync(folder, { recursive: true });
    });

    it('works when the cache folder cannot be written', () => call('/proc/none'));

    const damages: [string, (content: Buffer) => Buffer][] = [
      ['other text', () => Buffer.from('nonsense')],
      ['an empty file', () => Buffer.alloc(0)],
      ['half of the file', (content) => content.subarray(0, content.length / 2 - 1)],
      ['only zeros', (content) => Buffer.alloc(content.length)],
      [
        'one changed bit',
        (content) => {
          const turned = Buffer.from(content);
          const at = content.length >> 2;
          turned[at] = (turned[at] ?? 0) ^ 1;
          return turned;
        },
      ],
    ];
    for (const [what, damage] of damages) {
      it(`rebuilds a damaged cache: ${what}`, () => {
        warmed((caches, again) => {
          for (const file of filesIn(caches)) writeFileSync(file, damage(readFileSync(file)));
          assert.equal(again(), GOOD);
          assert.equal(again(), GOOD);
        });
      });
    }

    it(
      'does not use a cache file of another user',
      { skip: process.getuid?.() !== 0 && 'only root can change the owner of a file' },
      () => {
        warmed((caches, again) => {
          for (const file of filesIn(caches)) {
            const content = readFileSync(file).toString('latin1');
            // The file stays valid, and the result would change.
            writeFileSync(file, content.replaceAll('echo', 'true'), 'latin1');
            chownSync(file, 1, 1);
          }
          assert.equal(again(), GOOD);
        });
      },
    );
  });
}

it(
  'does not run the compiled code of a program that has changed',
  { skip: !existsSync(PACKAGE) && 'it is not built' },
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'gantz-'));
    try {
      cpSync(dirname(PACKAGE), join(folder, 'program'), { recursive: true });
      const main = join(folder, 'program/main.cjs');
      const version = (): string =>
        spawnSync(process.execPath, [join(folder, 'program/gantz.cjs'), '--version'], {
          env: { PATH: process.env['PATH'], XDG_CACHE_HOME: join(folder, 'caches') },
          encoding: 'utf8',
          timeout: 120_000,
        }).stdout;
      for (let time = 0; time < 2; time++) assert.equal(version(), `${VERSION}\n`);
      writeFileSync(main, readFileSync(main, 'utf8').replaceAll(JSON.stringify(VERSION), '"9.9.9"'));
      assert.equal(version(), '9.9.9\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);

function filesIn(folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

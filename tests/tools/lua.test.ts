import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import * as scripts from '../../lib/generated/scripts.ts';
import { wrapScript } from '../../lib/redis/idempotent.ts';
import { resolveIncludes } from '../../scripts/lua-includes.ts';
import { useRedis } from '../helpers/redis-server.ts';

const FOLDER = join(import.meta.dirname, '../../tools/lua');
const INCLUDES = join(FOLDER, 'includes');

const sources = readLua(FOLDER);
const includes = readLua(INCLUDES);

describe('the scripts of tools/lua', () => {
  const redis = useRedis();

  for (const [name, source] of sources) {
    const header = headerOf(source);
    const code = codeOf(source);

    describe(`${name}.lua`, () => {
      it('begins with a header that has its purpose and what it returns', () => {
        assert.match(header, /^-- [A-Z].*\./);
        assert.match(header, /^-- Returns /m);
      });

      it('documents every key and argument that it uses, and uses every one that it documents', () => {
        assert.deepEqual(documented(header), used(code));
      });

      it('decodes no JSON, and uses only the clock of the server', () => {
        assert.doesNotMatch(code, /cjson|os\.time|os\.clock/);
      });

      it('is accepted by SCRIPT LOAD, with its includes, under the generated digest', async () => {
        const script = Object.values(scripts).find((generated) => generated.name === name);
        assert.ok(script, 'it was generated');
        assert.equal(script.source, resolveIncludes(name, source, includes));
        assert.equal(await redis.plain.scriptLoad(script.source), script.sha);
      });

      it('is accepted as the body of idempotent.lua', async () => {
        const script = Object.values(scripts).find((generated) => generated.name === name);
        assert.ok(script, 'it was generated');
        const { source, sha } = wrapScript(script);
        assert.ok(source.includes(script.source), 'the wrapper has the body');
        assert.equal(await redis.plain.scriptLoad(source), sha);
      });

      it('calls only functions that the libraries of Redis have', async () => {
        for (const [, library = '', member = ''] of code.matchAll(/\b([a-z]\w*)\.(\w+)\(/g)) {
          const type = `return type(${library}) == 'table' and type(${library}.${member})`;
          assert.equal(await redis.plain.eval(type), 'function', `${library}.${member}`);
        }
      });

      it('calls what it includes, and includes what it calls', () => {
        const included = [...source.matchAll(/^-- @include (.*)$/gm)].map(([, include]) => include ?? '');
        const called = [...includes.keys()].filter((include) =>
          code.includes(`${functionOf(includes.get(include))}(`),
        );
        assert.deepEqual(included.sort(), called.sort());
      });
    });
  }
});

describe('the includes of tools/lua/includes', () => {
  for (const [name, source] of includes) {
    it(`${name}.lua has a header, defines one function, and reads no KEYS or ARGV`, () => {
      assert.match(headerOf(source), /^-- [A-Z].*/);
      assert.notEqual(functionOf(source), '');
      assert.doesNotMatch(codeOf(source), /KEYS|ARGV|cjson|os\.time|os\.clock/);
    });

    it(`${name}.lua is included by a script`, () => {
      assert.ok([...sources.values()].some((script) => script.includes(`-- @include ${name}\n`)));
    });
  }

  const some = new Map([
    ['one', '-- @include two\nlocal one\n'],
    ['two', 'local two\n'],
    ['loop', '-- @include pool\n'],
    ['pool', '\n-- @include loop\n'],
  ]);

  it('are inserted once each, where they are named first', () => {
    const source = '-- Purpose.\n\n-- @include one\n-- @include two\n\nreturn 1\n';
    assert.equal(
      resolveIncludes('script', source, some),
      '-- Purpose.\n\nlocal two\nlocal one\n\nreturn 1\n',
    );
  });

  const failures: [what: string, source: string, message: string][] = [
    [
      'an unknown one',
      '\n-- @include three\n',
      'tools/lua/script.lua:2: there is no include three; the includes are loop, one, pool, two',
    ],
    [
      'a circular one',
      '-- @include loop\n',
      'tools/lua/includes/pool.lua:2: loop includes itself: loop → pool → loop',
    ],
    [
      'a directive that is written otherwise',
      '  --@include one\n',
      'tools/lua/script.lua:1: write an include on a separate line: -- @include <name>',
    ],
  ];
  for (const [what, source, message] of failures) {
    it(`${what} fails the generation`, () => {
      assert.throws(() => resolveIncludes('script', source, some), { message });
    });
  }
});

/** The Lua files of a folder: name without `.lua` → source. */
function readLua(folder: string): Map<string, string> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.lua'));
  return new Map(files.map((file) => [basename(file, '.lua'), readFileSync(join(folder, file), 'utf8')]));
}

function headerOf(source: string): string {
  return /^(?:--.*\n)+/.exec(source)?.[0] ?? '';
}

/** Returns the source after the header, without comments. */
function codeOf(source: string): string {
  return source.slice(headerOf(source).length).replaceAll(/--.*$/gm, '');
}

/** Returns the name of the function that an include defines. */
function functionOf(include = ''): string {
  return /^local function (\w+)\(/m.exec(include)?.[1] ?? '';
}

/** Returns the keys and arguments in the header: `KEYS[1]`, `ARGV[2]`, `ARGV[3..]`. */
function documented(header: string): string[] {
  return [...header.matchAll(/^-- ((?:KEYS|ARGV)\[\d+(?:\.\.)?\])/gm)].map(([, name]) => name ?? '').sort();
}

/** Returns the keys and arguments that the code reads, in the same form. */
function used(code: string): string[] {
  const single = [...code.matchAll(/(?:KEYS|ARGV)\[\d+\]/g)].map(([name]) => name);
  const rest = [...code.matchAll(/(?:chunks|unpack)\((KEYS|ARGV), (\d+)[,)]/g)].map(
    ([, list, from]) => `${list ?? ''}[${from ?? ''}..]`,
  );
  return [...new Set([...single, ...rest, ...inLoops(code)])].sort();
}

/** Returns `KEYS[1..]` and `ARGV[2..]` for `KEYS[index]` and `ARGV[index + 1]` in a loop over a `count` of keys. */
function inLoops(code: string): string[] {
  const least = new Map<string, number>();
  if (!code.includes('for index = 1, count do')) return [];
  for (const [, list = '', offset = '0'] of code.matchAll(/(KEYS|ARGV)\[index(?: \+ (\d+))?\]/g))
    least.set(list, Math.min(least.get(list) ?? Infinity, Number(offset) + 1));
  return [...least].map(([list, from]) => `${list}[${from}..]`);
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as scripts from '../../lib/generated/scripts.ts';
import { useRedis } from '../helpers/redis-server.ts';

const FOLDER = join(import.meta.dirname, '../../tools/lua');

describe('the scripts of tools/lua', () => {
  const redis = useRedis();

  for (const file of readdirSync(FOLDER)) {
    const source = readFileSync(join(FOLDER, file), 'utf8');
    const header = /^(?:--.*\n)+/.exec(source)?.[0] ?? '';
    const code = source.slice(header.length).replaceAll(/--.*$/gm, '');

    describe(file, () => {
      it('begins with its purpose, and says what it returns', () => {
        assert.match(header, /^-- [A-Z].*\./);
        assert.match(header, /^-- Returns /m);
      });

      it('documents every key and argument that it uses, and uses every one that it documents', () => {
        assert.deepEqual(documented(header), used(code));
      });

      it('decodes no JSON, and takes no time but the server’s', () => {
        assert.doesNotMatch(code, /cjson|os\.time|os\.clock/);
      });

      it('is taken by SCRIPT LOAD under the digest that calls name', async () => {
        const script = Object.values(scripts).find(({ name }) => `${name}.lua` === file);
        assert.ok(script, 'it was generated');
        assert.equal(await redis.plain.scriptLoad(source), script.sha);
      });
    });
  }
});

/** `KEYS[1]`, `ARGV[2]`, `ARGV[3..]` as the header names them. */
function documented(header: string): string[] {
  return [...header.matchAll(/^-- ((?:KEYS|ARGV)\[\d+(?:\.\.)?\])/gm)].map(([, name]) => name ?? '').sort();
}

/** The same as the code reads them: one by one, and all from an index on. */
function used(code: string): string[] {
  const single = [...code.matchAll(/(?:KEYS|ARGV)\[\d+\]/g)].map(([name]) => name);
  const rest = [...code.matchAll(/for first = (\d+), #ARGV/g)].map(([, from]) => `ARGV[${from ?? ''}..]`);
  return [...new Set([...single, ...rest])].sort();
}

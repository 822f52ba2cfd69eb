import type { Keys } from '../../manifest/keys.ts';
import { readFields } from '../../manifest/parse/fields.ts';
import { readDuration, readTexts } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import type { Node } from '../../manifest/yaml/node.ts';
import { error, warn, type Problems } from '../../manifest/yaml/problems.ts';
import { needsRedis } from '../kinds.ts';
import { checkParameterNames } from './check-parameter-names.ts';
import type { Settings } from './settings.ts';

const FIELDS = {
  ttl: { kind: 'duration', about: 'How long an answer is fresh.' },
  key: { kind: 'texts', about: 'The parameters that distinguish answers; all of them when absent.' },
  vary: { kind: 'texts', about: 'What else distinguishes answers: `cwd`, and variables such as `env.LANG`.' },
  stale: {
    kind: 'duration',
    about: 'How long after its ttl an answer is served while another call computes a new one.',
  },
} as const satisfies Keys;

/** `cache: 10m`, or a map. */
export const cacheSyntax: GuardSyntax<Settings['cache']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind !== 'map') {
      const ttlMs = readDuration(problems, node, '`cache`');
      return ttlMs === undefined ? undefined : { ttlMs };
    }
    const fields = readFields(problems, node, FIELDS, 'cache');
    if (!fields.ttl) {
      error(problems, node.at, '`cache` has no `ttl`', 'Write cache: { ttl: 10m }');
      return;
    }
    const ttlMs = readDuration(problems, fields.ttl, '`ttl`');
    const staleMs = fields.stale && readDuration(problems, fields.stale, '`stale`');
    const key = fields.key && readTexts(problems, fields.key, '`key`');
    const vary = fields.vary && readVary(problems, fields.vary);
    if (ttlMs === undefined) return undefined;
    return { ttlMs, ...(staleMs !== undefined && { staleMs }), ...(key && { key }), ...(vary && { vary }) };
  },
  check(problems, at, { key }, tool) {
    checkParameterNames(problems, at, key ?? [], tool, '`key` of `cache`');
    if (!key && tool.secrets) {
      error(
        problems,
        at,
        `\`cache\` needs a \`key\`, because the parameter ${JSON.stringify(tool.secrets[0])} of ${tool.name} is secret`,
        'Name the parameters that distinguish answers: cache: { ttl: 10m, key: [city] }. Callers with other secrets share them.',
      );
    }
    if (tool.annotations.readOnlyHint === true) return;
    warn(
      problems,
      at,
      'A tool with `cache` that may change something does not do so when its answer is cached',
      'Add annotations: { readOnlyHint: true } when it only reads.',
    );
  },
  exempts(_, tool) {
    if (needsRedis(tool)) return 'it reads or changes what other calls change';
    if (tool.annotations.readOnlyHint !== true) return 'it has no readOnlyHint, so it may change something';
  },
  schema: () => ({ $ref: '#/$defs/duration' }),
};

function readVary(problems: Problems, node: Node): string[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const [what] = readTexts(problems, item, '`vary`');
    if (what === undefined) return [];
    if (what === 'cwd' || /^env\.[A-Za-z_]\w*$/.test(what)) return [what];
    error(
      problems,
      item.at,
      `\`vary\` cannot have ${JSON.stringify(what)}`,
      'Write cwd, or env.NAME for a variable.',
    );
    return [];
  });
}

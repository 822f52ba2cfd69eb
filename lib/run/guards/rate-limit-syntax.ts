import { parseDuration } from '../../contract/settings.ts';
import type { Keys } from '../../manifest/keys.ts';
import { readFields } from '../../manifest/parse/fields.ts';
import { readCount, readDuration, readNonEmpty, readTexts, readWait } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import { describe, type Node } from '../../manifest/yaml/node.ts';
import { error, type Problems } from '../../manifest/yaml/problems.ts';
import { checkParameterNames, lacksParameter } from './check-parameter-names.ts';
import type { Settings } from './settings.ts';

const SHORT = /^\s*(\d+)\s*\/\s*(\d*)\s*([smhd])\s*$/;

const FIELDS = {
  limit: { kind: 'count', about: 'How often the action runs at most within `per`.' },
  per: { kind: 'duration', about: 'The length of the window, in whole seconds.' },
  by: { kind: 'texts', about: 'The parameters whose values are counted apart.' },
  wait: {
    kind: 'wait',
    about: 'How long a call waits until it is allowed; with 0 or when absent, it fails at once.',
  },
  name: { kind: 'text', about: 'A name that several tools share, which are then counted together.' },
} as const satisfies Keys;

/** `rate_limit: 60/m`, or a map. */
export const rateLimitSyntax: GuardSyntax<Settings['rate_limit']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind !== 'map') return readShort(problems, node);
    const fields = readFields(problems, node, FIELDS, 'rate_limit');
    if (!fields.limit || !fields.per) {
      error(
        problems,
        node.at,
        '`rate_limit` needs `limit` and `per`',
        'Write rate_limit: { limit: 60, per: 1m }',
      );
      return;
    }
    const limit = readCount(problems, fields.limit, '`limit`');
    const perMs = readDuration(problems, fields.per, '`per`');
    const waitMs = fields.wait ? readWait(problems, fields.wait, '`wait`') : 0;
    const by = fields.by && readTexts(problems, fields.by, '`by`');
    const name = fields.name && readNonEmpty(problems, fields.name, '`name`');
    if (limit === undefined || perMs === undefined || waitMs === undefined) return undefined;
    if (limit === 0) {
      error(problems, fields.limit.at, '`limit` must be at least 1');
      return;
    }
    if (perMs % 1000 !== 0) {
      error(problems, fields.per.at, '`per` must be whole seconds');
      return;
    }
    return {
      limit,
      perSeconds: perMs / 1000,
      waitMs,
      ...(by && { by }),
      ...(name !== undefined && { name }),
    };
  },
  check(problems, at, { by = [] }, tool) {
    checkParameterNames(problems, at, by, tool, '`by` of `rate_limit`');
  },
  exempts: ({ by = [] }, tool) => lacksParameter(by, tool),
  schema: () => ({ type: 'string', pattern: '^\\s*[1-9][0-9]*\\s*/\\s*[0-9]*\\s*[smhd]\\s*$' }),
};

/** Reads `60/m`, `10/s` or `100/15m`. */
function readShort(problems: Problems, node: Node): Settings['rate_limit'] | undefined {
  const [, count = '', times, unit = ''] = (node.kind === 'scalar' && SHORT.exec(node.text)) || [];
  const limit = Number(count);
  const perMs = parseDuration(`${times || 1}${unit}`);
  if (limit >= 1 && Number.isSafeInteger(limit) && perMs !== undefined)
    return { limit, perSeconds: perMs / 1000, waitMs: 0 };
  error(
    problems,
    node.at,
    `\`rate_limit\` cannot be ${describe(node)}`,
    'Write 60/m, 10/s or 100/15m, with a window below 25 days, or a map with limit and per.',
  );
}

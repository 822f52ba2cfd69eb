import type { Keys } from '../../manifest/keys.ts';
import { readFields } from '../../manifest/parse/fields.ts';
import { readCount, readNonEmpty, readWait } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import { describe, type Node } from '../../manifest/yaml/node.ts';
import { error, type Problems } from '../../manifest/yaml/problems.ts';
import type { Settings } from './settings.ts';

const WAIT_MS = 10_000;

const FIELDS = {
  limit: { kind: 'count', about: 'How many calls run at a time.' },
  wait: {
    kind: 'wait',
    about: 'How long a call waits for another one to end, 10s by default; with 0, it does not wait.',
  },
  per: {
    kind: 'own',
    schema: { const: 'process' },
    about:
      '`process` counts the calls of each process apart, without Redis; all processes are counted together when absent.',
  },
  name: { kind: 'text', about: 'A name that several tools share, which are then counted together.' },
} as const satisfies Keys;

/** `concurrency: 4`, or a map. */
export const concurrencySyntax: GuardSyntax<Settings['concurrency']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind !== 'map') {
      const limit = readLimit(problems, node, '`concurrency`');
      return limit === undefined ? undefined : { limit, waitMs: WAIT_MS };
    }
    const fields = readFields(problems, node, FIELDS, 'concurrency');
    if (!fields.limit) {
      error(problems, node.at, '`concurrency` has no `limit`', 'Write concurrency: { limit: 4 }');
      return;
    }
    const limit = readLimit(problems, fields.limit, '`limit`');
    const waitMs = fields.wait ? readWait(problems, fields.wait, '`wait`') : WAIT_MS;
    const name = fields.name && readNonEmpty(problems, fields.name, '`name`');
    if (limit === undefined || waitMs === undefined) return undefined;
    if (fields.per && !(fields.per.kind === 'scalar' && fields.per.value === 'process')) {
      error(problems, fields.per.at, `\`per\` must be process, not ${describe(fields.per)}`);
      return;
    }
    return { limit, waitMs, ...(fields.per && { perProcess: true }), ...(name !== undefined && { name }) };
  },
  schema: () => ({ type: 'integer', minimum: 1 }),
};

function readLimit(problems: Problems, node: Node, what: string): number | undefined {
  const limit = readCount(problems, node, what);
  if (limit !== 0) return limit;
  error(problems, node.at, `${what} must be at least 1`);
}

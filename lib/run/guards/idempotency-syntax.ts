import type { Keys } from '../../manifest/keys.ts';
import { readFields } from '../../manifest/parse/fields.ts';
import { readDuration, readTexts } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import { error, warn } from '../../manifest/yaml/problems.ts';
import { checkParameterNames, lacksParameter } from './check-parameter-names.ts';
import { KEEP_MS, type Settings } from './settings.ts';

const FIELDS = {
  keep: { kind: 'duration', about: 'How long an answer is kept, 1h by default.' },
  key: { kind: 'texts', about: 'The parameters that are the key when the caller gives none.' },
} as const satisfies Keys;

/** `idempotency: 1d`, `true` (an hour), or a map. */
export const idempotencySyntax: GuardSyntax<Settings['idempotency']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind === 'scalar' && node.value === true) return { keepMs: KEEP_MS };
    if (node.kind !== 'map') {
      const keepMs = readDuration(problems, node, '`idempotency`');
      return keepMs === undefined ? undefined : { keepMs };
    }
    const fields = readFields(problems, node, FIELDS, 'idempotency');
    const keepMs = fields.keep ? readDuration(problems, fields.keep, '`keep`') : KEEP_MS;
    const key = fields.key && readTexts(problems, fields.key, '`key`');
    if (fields.key?.kind === 'list' && fields.key.items.length === 0) {
      error(problems, fields.key.at, '`key` of `idempotency` names no parameter', 'Write key: [order_id]');
      return;
    }
    return keepMs === undefined ? undefined : { keepMs, ...(key && { key }) };
  },
  check(problems, at, { key = [] }, tool) {
    checkParameterNames(problems, at, key, tool, '`key` of `idempotency`');
    if (tool.annotations.readOnlyHint === true)
      warn(problems, at, '`idempotency` has no effect: a tool with readOnlyHint is always run again');
  },
  exempts({ key = [] }, tool) {
    if (tool.annotations.readOnlyHint === true) return 'it only reads, and is always run again';
    return lacksParameter(key, tool);
  },
  schema: () => ({ anyOf: [{ $ref: '#/$defs/duration' }, { const: true }] }),
};

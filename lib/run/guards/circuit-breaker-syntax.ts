import type { Keys } from '../../manifest/keys.ts';
import { asMap, readFields } from '../../manifest/parse/fields.ts';
import { readCount, readDuration, readNonEmpty } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import { error } from '../../manifest/yaml/problems.ts';
import { needsRedis } from '../kinds.ts';
import type { Settings } from './settings.ts';

const DEFAULTS = { failures: 5, withinMs: 60_000, cooldownMs: 30_000 } as const;

const FIELDS = {
  failures: { kind: 'count', about: 'How many failures open the breaker, 5 by default.' },
  within: { kind: 'duration', about: 'Within which time, 1m by default.' },
  cooldown: { kind: 'duration', about: 'How long calls are refused then, 30s by default.' },
  name: { kind: 'text', about: 'A name that several tools share, which then have one breaker.' },
} as const satisfies Keys;

/** `circuit_breaker: true`, or a map. */
export const circuitBreakerSyntax: GuardSyntax<Settings['circuit_breaker']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind === 'scalar' && node.value === true) return DEFAULTS;
    const map = asMap(
      problems,
      node,
      '`circuit_breaker`',
      'Write circuit_breaker: { failures: 5, within: 1m, cooldown: 30s }',
    );
    if (!map) return undefined;
    const fields = readFields(problems, map, FIELDS, 'circuit_breaker');
    const failures = fields.failures ? readCount(problems, fields.failures, '`failures`') : DEFAULTS.failures;
    const withinMs = fields.within ? readDuration(problems, fields.within, '`within`') : DEFAULTS.withinMs;
    const cooldownMs = fields.cooldown
      ? readDuration(problems, fields.cooldown, '`cooldown`')
      : DEFAULTS.cooldownMs;
    const name = fields.name && readNonEmpty(problems, fields.name, '`name`');
    if (failures === undefined || withinMs === undefined || cooldownMs === undefined) return undefined;
    if (failures === 0) {
      error(problems, node.at, '`failures` must be at least 1');
      return;
    }
    return { failures, withinMs, cooldownMs, ...(name !== undefined && { name }) };
  },
  exempts: (_, tool) =>
    needsRedis(tool) ? 'the state of a breaker is in the Redis that the tool uses' : undefined,
  schema: () => ({ const: true }),
};

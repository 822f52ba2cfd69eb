import type { JsonSchema } from '../../contract/manifest.ts';
import type { Keys } from '../keys.ts';
import { isNull, type Mapping, type Node } from '../yaml/node.ts';

/** A key of a tool in older manifests. */
type OldSpelling = {
  /** The key that it means. */
  readonly key: string;
  /** Returns the value of that key; undefined when it is not clear, which is reported like any unknown key. */
  readonly read: (value: Node) => Node | undefined;
  /** The JSON Schema of the values that are clear. */
  readonly schema: JsonSchema;
};

const scalar = (value: Node): Node | undefined => (value.kind === 'scalar' ? value : undefined);
const map = (value: Node): Node | undefined => (value.kind === 'map' ? value : undefined);
const defined = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

const LIMIT: OldSpelling = { key: 'concurrency', read: scalar, schema: defined('count') };
const CONFIRM: OldSpelling = { key: 'confirm', read: scalar, schema: defined('boolean') };
const RATE = /^\s*\d+\s*\/\s*\d*\s*[smhd]\s*$/;

/** The keys of older manifests. */
const OLD_SPELLINGS: Readonly<Record<string, OldSpelling>> = {
  cache_ttl: { key: 'cache', read: scalar, schema: defined('duration') },
  max_concurrency: LIMIT,
  concurrency_limit: LIMIT,
  circuit_breakers: { key: 'circuit_breaker', read: map, schema: defined('circuit_breaker') },
  rate_limits: { key: 'rate_limit', read: map, schema: defined('rate_limit') },
  throttle: {
    key: 'rate_limit',
    read: (value) => (value.kind === 'scalar' && RATE.test(value.text) ? value : undefined),
    schema: { type: 'string', pattern: RATE.source },
  },
  timeouts: {
    key: 'timeout',
    read: (value) => scalar(value) ?? onlyTotal(value),
    schema: {
      anyOf: [
        defined('duration'),
        {
          type: 'object',
          properties: {
            total: { title: 'total', description: 'The time limit of a call.', ...defined('duration') },
          },
          required: ['total'],
          additionalProperties: false,
        },
      ],
    },
  },
  require_confirmation: CONFIRM,
  requires_confirmation: CONFIRM,
};

/** Returns the time limit of `timeouts: { total: 30s }`. What limits of other names mean is not clear. */
function onlyTotal(value: Node): Node | undefined {
  if (value.kind !== 'map') return undefined;
  const [entry, ...others] = value.entries;
  return entry?.key === 'total' && others.length === 0 ? entry.value : undefined;
}

/** Returns a map whose old keys are replaced by those that they mean, unless it has these as well. */
export function withoutOldSpellings(node: Mapping): Mapping {
  if (!node.entries.some(({ key }) => Object.hasOwn(OLD_SPELLINGS, key))) return node;
  const taken = new Set(node.entries.map(({ key }) => key));
  const entries = node.entries.map((entry) => {
    const old = Object.hasOwn(OLD_SPELLINGS, entry.key) ? OLD_SPELLINGS[entry.key] : undefined;
    const value = old && !isNull(entry.value) && !taken.has(old.key) ? old.read(entry.value) : undefined;
    if (!old || !value) return entry;
    taken.add(old.key);
    return { ...entry, key: old.key, value };
  });
  return { ...node, entries };
}

/** Returns the old keys for the schema of editors. */
export function oldKeys(): Keys {
  return Object.fromEntries(
    Object.entries(OLD_SPELLINGS).map(([name, { key, schema }]) => [
      name,
      {
        kind: 'own',
        about: `An old spelling of \`${key}\`.`,
        schema: { ...schema, deprecated: true },
      } as const,
    ]),
  );
}

import type { Place } from './source.ts';

/** A value of a YAML text with its place. Aliases are resolved, so one node may occur several times. */
export type Node = Scalar | List | Mapping;

/** A scalar. `text` is its source text, so that `1.10` can be read as text without becoming 1.1. */
export type Scalar = {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly text: string;
  readonly at: Place;
};

type List = { readonly kind: 'list'; readonly items: readonly Node[]; readonly at: Place };

/** A map. Keys are texts, and no key occurs twice. */
export type Mapping = { readonly kind: 'map'; readonly entries: readonly Entry[]; readonly at: Place };

export type Entry = { readonly key: string; readonly keyAt: Place; readonly value: Node };

/** Returns true for `key:` and `key: null`. */
export function isNull(node: Node): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** Returns the value of a key, undefined when the map has no such key. */
export function member(map: Mapping, key: string): Node | undefined {
  return map.entries.find((entry) => entry.key === key)?.value;
}

/** Describes a node for a message: `a list`, `the number 3`. */
export function describe(node: Node): string {
  if (node.kind === 'list') return 'a list';
  if (node.kind === 'map') return 'a map';
  if (node.value === null) return 'null';
  if (typeof node.value === 'string') return `the text ${shorten(node.value)}`;
  return typeof node.value === 'number' ? `the number ${node.text}` : node.text;
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 37)}…` : text);
}

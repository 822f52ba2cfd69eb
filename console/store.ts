import { computed, signal } from '@preact/signals';
import { access, getJson, token } from './api.ts';

/** A JSON Schema. */
export type Schema = {
  type?: string | string[];
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: unknown[];
  examples?: unknown[];
  format?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
  additionalProperties?: boolean | Schema;
  anyOf?: Schema[];
};

/** A tool as the server publishes it. */
export type Tool = {
  name: string;
  title?: string;
  description: string;
  inputSchema: Schema;
  annotations?: Record<string, unknown>;
};

/** What the list of tools does not say about a tool. */
export type ToolFacts = {
  command: string;
  kind?: string;
  secrets?: string[];
  guards?: string[];
  confirm?: boolean;
  timeout_ms?: number;
};

export type ManifestFacts = {
  gantz: string;
  name: string;
  description?: string;
  version?: string;
  toolsets: Record<string, string[]>;
  tools: Record<string, ToolFacts>;
  /** True when the files could not be loaded the last time, so that the server goes on with what it has. */
  reload_failed?: boolean;
};

export const tools = signal<Tool[] | undefined>(undefined);
export const manifest = signal<ManifestFacts | undefined>(undefined);
/** Why the tools cannot be loaded. */
export const problem = signal('');

/** Loads the tools and what the manifest says about them. */
export async function load(): Promise<void> {
  try {
    const [list, facts] = await Promise.all([
      getJson<{ tools: Tool[] }>('mcp/tools'),
      getJson<ManifestFacts>('console/manifest'),
    ]);
    tools.value = list.tools.map((tool) => ({ ...tool, inputSchema: withTypeLists(tool.inputSchema) }));
    manifest.value = facts;
    problem.value = '';
  } catch (error) {
    if (access.value !== 'needed') problem.value = messageOf(error);
  }
}

/** Returns a schema with lists of types in place of the alternatives that the server publishes for them. */
function withTypeLists(schema: Schema): Schema {
  const { anyOf, ...rest } = schema;
  const types = anyOf?.map(({ type }) => type).filter((type) => typeof type === 'string') ?? [];
  const isList = anyOf !== undefined && types.length === anyOf.length && rest.type === undefined;
  const merged: Schema = isList ? { ...withoutTypes(anyOf), ...rest, type: types } : schema;
  const { properties, items } = merged;
  const parts = Object.entries(properties ?? {}).map(([name, part]) => [name, withTypeLists(part)]);
  return {
    ...merged,
    ...(properties && { properties: Object.fromEntries(parts) as Record<string, Schema> }),
    ...(items && { items: withTypeLists(items) }),
  };
}

function withoutTypes(schemas: readonly Schema[]): Schema {
  return schemas.reduce<Schema>((all, { type: _, ...keywords }) => ({ ...all, ...keywords }), {});
}

/** Returns the sentence of an error. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Forgets the token, and everything that was read with it. */
export function lock(): void {
  token.value = '';
  location.reload();
}

const hash = signal(location.hash);
addEventListener('hashchange', () => (hash.value = location.hash));

/** The page, and the rest of the address: `#/tools/cache_get`. */
export const route = computed(() => {
  const [page = '', ...rest] = hash.value.replace(/^#\/?/, '').split('/');
  return { page: page || 'tools', rest: rest.map(decode) };
});

/** Returns the address of a page. */
export function address(page: string, ...rest: readonly string[]): string {
  return `#/${[page, ...rest.map(encodeURIComponent)].join('/')}`;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Returns the facts of a tool. */
export function factsOf(name: string): ToolFacts | undefined {
  const facts = manifest.value?.tools;
  return facts && Object.hasOwn(facts, name) ? facts[name] : undefined;
}

/** Returns true when the server offers a Redis tool of this name. */
export function offers(name: string): boolean {
  return factsOf(name)?.kind === 'bundled';
}

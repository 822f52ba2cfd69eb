const DIRECTIVE = /^-- @include ([\w-]+)$/;

/**
 * Returns the source of a script with each line `-- @include <name>` replaced by the text of tools/lua/includes/<name>.lua.
 * An include may include others. Each is inserted once, where it is first named. Throws for a directive in any other form, for
 * an unknown include and for an include that includes itself.
 */
export function resolveIncludes(name: string, source: string, includes: ReadonlyMap<string, string>): string {
  const inserted = new Set<string>();
  const resolve = (text: string, chain: readonly string[]): string =>
    text
      .split('\n')
      .flatMap((line, index) => {
        if (!line.includes('@include')) return [line];
        const place = `tools/lua/${chain.length > 1 ? 'includes/' : ''}${chain.at(-1) ?? ''}.lua:${index + 1}`;
        const [, included] = DIRECTIVE.exec(line) ?? [];
        if (included === undefined)
          throw new Error(`${place}: write an include on a separate line: -- @include <name>`);
        const body = includes.get(included);
        if (body === undefined) {
          const known = [...includes.keys()].sort().join(', ');
          throw new Error(`${place}: there is no include ${included}; the includes are ${known}`);
        }
        const open = chain.slice(1);
        if (open.includes(included)) {
          throw new Error(`${place}: ${included} includes itself: ${[...open, included].join(' → ')}`);
        }
        if (inserted.has(included)) return [];
        const resolved = resolve(body.trimEnd(), [...chain, included]);
        inserted.add(included);
        return [resolved];
      })
      .join('\n');
  return resolve(source, [name]);
}

import type { Problem } from '../../manifest/manifest.ts';

/**
 * Where a text stands in the manifests: its first occurrence after the name of its tool, else the tool's name. The
 * parsed manifest keeps no places, since it lives in a cache; a review reads the files anyway.
 */
export function placeOf(
  tool: string,
  text: string | undefined,
  sources: ReadonlyMap<string, string>,
): Pick<Problem, 'file' | 'line' | 'column' | 'source'> {
  for (const [file, content] of sources) {
    const name = findName(content, tool);
    if (name < 0) continue;
    const found = text === undefined ? -1 : content.indexOf(text.split('\n')[0] ?? text, name);
    return { file, ...lineOf(content, found < 0 ? name : found) };
  }
  return { file: sources.keys().next().value ?? '', line: 1, column: 1, source: '' };
}

/** The offset of a tool's name, as `name: x` or as the key of a map. */
function findName(content: string, tool: string): number {
  const name = tool.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = new RegExp(
    `(?:\\bname["']?\\s*:\\s*["']?|^\\s+["']?)(${name})(?=["']?\\s*(?:[,}:#]|$))`,
    'mu',
  ).exec(content);
  return found ? found.index + found[0].length - tool.length : -1;
}

function lineOf(content: string, offset: number): { line: number; column: number; source: string } {
  const before = content.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  const end = content.indexOf('\n', offset);
  const source = content.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
  return { line: before.split('\n').length, column: offset - start + 1, source };
}

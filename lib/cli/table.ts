/** Renders two columns of text with a heading. Cuts the second column so that no line is longer than `width` characters. */
export function renderTable(
  heading: readonly [string, string],
  rows: readonly (readonly [string, string])[],
  width?: number,
): string {
  const first = Math.max(...[heading, ...rows].map(([left]) => left.length));
  const available = width === undefined ? Infinity : Math.max(10, width - first - 2);
  const lines = [heading, ...rows].map(([left, right]) => {
    const text = right.replace(/\s+/g, ' ').trim();
    return `${left.padEnd(first)}  ${text.length > available ? `${text.slice(0, available - 1)}…` : text}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

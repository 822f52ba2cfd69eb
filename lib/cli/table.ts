/** Two columns of text with a heading; the last is cut to fit `width` columns when one is given. */
export function renderTable(
  heading: readonly [string, string],
  rows: readonly (readonly [string, string])[],
  width?: number,
): string {
  const first = Math.max(...[heading, ...rows].map(([left]) => left.length));
  const room = width === undefined ? Infinity : Math.max(10, width - first - 2);
  const lines = [heading, ...rows].map(([left, right]) => {
    const text = right.replace(/\s+/g, ' ').trim();
    return `${left.padEnd(first)}  ${text.length > room ? `${text.slice(0, room - 1)}…` : text}`.trimEnd();
  });
  return `${lines.join('\n')}\n`;
}

/** A text with the name of its file; `position` stores the offsets of the lines in `starts`. */
export type Source = { readonly file: string; readonly text: string; starts?: number[] };

/** A place in a source: its offset. */
export type Place = { readonly source: Source; readonly offset: number };

/** Returns the line and the column of a place, which count from 1, and the text of the line. */
export function position({ source, offset }: Place): { line: number; column: number; text: string } {
  const starts = (source.starts ??= lineStarts(source.text));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  const start = starts[low] ?? 0;
  const end = starts[low + 1] ?? source.text.length + 1;
  const text = source.text.slice(start, end - 1).replace(/\r$/, '');
  return { line: low + 1, column: Math.min(offset - start, text.length) + 1, text };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

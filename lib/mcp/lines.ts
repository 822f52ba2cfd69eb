const NEWLINE = 10;

/** Cuts a stream into its lines; what is longer than `maxBytes` is dropped without being kept. */
export async function* splitLines(
  input: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<{ text: string } | { problem: 'too-long' | 'not-utf8' }> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let pieces: Uint8Array[] = [];
  let length = 0;
  const take = () => {
    const line = length > maxBytes ? undefined : Buffer.concat(pieces);
    pieces = [];
    length = 0;
    if (!line) return { problem: 'too-long' } as const;
    try {
      return { text: decoder.decode(line) };
    } catch {
      return { problem: 'not-utf8' } as const;
    }
  };
  for await (const data of input) {
    const chunk = typeof data === 'string' ? Buffer.from(data) : data;
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      add(chunk.subarray(start, end));
      yield take();
      start = end + 1;
    }
    if (start < chunk.length) add(chunk.subarray(start));
  }
  if (length > 0) yield take();

  function add(piece: Uint8Array): void {
    length += piece.length;
    if (length <= maxBytes) pieces.push(piece);
    else pieces = [];
  }
}

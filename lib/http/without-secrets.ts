const MASK = '[hidden]';

/** How many characters before and after the offset are kept. Patterns over a line of megabytes would take long. */
const KEPT = 2000;

const SECRET = 'passw|pwd|secret|token|credential|authorization|cookie|(?:api|private|access|_|-)key';
/** A reference `${VAR}` and a word of YAML are no secrets; the scheme of a header stands before one. */
const NONE = String.raw`(?!\$\{\w+\}|(?:true|false|null|Bearer|Basic)\b)`;
const QUOTED = String.raw`"(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?`;

/** Each matches what comes before a value, and the value. */
const PATTERNS = [
  // `Authorization: Bearer abc`
  /(\b(?:Bearer|Basic)\s+)(?!\$\{)[\w.~+/=-]+/gi,
  // `redis://user:abc@host`
  /(:\/\/[^\s/:@"']*:)(?!\$\{)[^\s/@"']+(?=@)/g,
  // A line of its own: `password: abc, def`
  new RegExp(String.raw`^(\s*(?:-\s+)?[\w.-]*(?:${SECRET})[\w.-]*\s*:\s+)${NONE}[^\s"'{}\[\]&*|>].*$`, 'gi'),
  // `{ API_KEY: abc def, "password": "a b" }`
  new RegExp(
    String.raw`((?:${SECRET})[\w.-]*["']?\s*:\s*)${NONE}(?:${QUOTED}|[^\s,"'{}\[\]&*|>][^,"'{}\[\]]*)`,
    'gi',
  ),
  // `token=abc`, `--password abc`
  new RegExp(
    String.raw`((?:${SECRET})[\w.-]*(?:=|(?<=--[\w-]*)\s+))${NONE}(?:${QUOTED}|[^\s,"'{}\[\]&]+)`,
    'gi',
  ),
];

/**
 * Replaces what looks like a secret in a line of a manifest: the values of keys such as `API_KEY` and `password`, tokens of `Bearer`, and
 * passwords in URLs. Returns the text, and the new place of `offset`. Of a long line only the part around the offset is kept.
 */
export function withoutSecrets(line: string, offset = 0): { text: string; offset: number } {
  const from = Math.max(0, offset - KEPT);
  let text = line.slice(from, offset + KEPT);
  let place = offset - from;
  for (const pattern of PATTERNS) {
    let masked = '';
    let last = 0;
    let moved = place;
    for (const { 0: whole, 1: before = '', index } of text.matchAll(pattern)) {
      const start = index + before.length;
      const end = index + whole.length;
      masked += text.slice(last, start) + MASK;
      if (place >= end) moved += MASK.length - (end - start);
      else if (place > start) moved = masked.length - MASK.length;
      last = end;
    }
    text = masked + text.slice(last);
    place = moved;
  }
  return { text, offset: place };
}

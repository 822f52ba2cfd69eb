type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' | 'end';

const EXPECTED_TEXT: Readonly<Record<Expected, string>> = {
  value: 'a value',
  'value or ]': 'a value or "]"',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or "}"',
  colon: '":"',
  comma: '"," or the closing bracket',
  end: 'the end',
};

/**
 * Returns the offset of the first syntax error in an invalid JSON text, and a message that is the same on every
 * runtime.
 */
export function findSyntaxError(text: string): { position: number; message: string } {
  const open: string[] = [];
  let expected = 'value' as Expected;
  let at = 0;
  for (;;) {
    at = match(SPACE, text, at);
    const character = text[at];
    const afterValue: Expected = open.length > 0 ? 'comma' : 'end';
    if (character === undefined || expected === 'end') break;
    if (expected === 'colon') {
      if (character !== ':') break;
      at++;
      expected = 'value';
    } else if (expected === 'comma') {
      if (character === open[open.length - 1]) {
        open.pop();
        expected = open.length > 0 ? 'comma' : 'end';
      } else if (character === ',') {
        expected = open[open.length - 1] === ']' ? 'value' : 'name';
      } else break;
      at++;
    } else if (
      (expected === 'value or ]' && character === ']') ||
      (expected === 'name or }' && character === '}')
    ) {
      open.pop();
      expected = open.length > 0 ? 'comma' : 'end';
      at++;
    } else if (character === '"') {
      const end = match(STRING, text, at);
      if (end === at)
        return describe(
          text,
          endOfCharacters(text, at),
          'expected a valid character or the closing quote of a string',
        );
      expected = expected === 'name' || expected === 'name or }' ? 'colon' : afterValue;
      at = end;
    } else if (expected === 'name' || expected === 'name or }') {
      break;
    } else if (character === '[' || character === '{') {
      open.push(character === '[' ? ']' : '}');
      expected = character === '[' ? 'value or ]' : 'name or }';
      at++;
    } else {
      const end = match(SCALAR, text, at);
      if (end === at) break;
      expected = afterValue;
      at = end;
    }
  }
  return describe(text, at, `expected ${EXPECTED_TEXT[expected]}`);
}

const SPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

const STRING_PART = /[^"\\\u0000-\u001f]+|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4})/y;
const STRING = { lastIndex: 0, exec: readString };

/** Returns the offset after the match of the pattern at `at`, or `at` when there is no match. */
function match(
  pattern: { lastIndex: number; exec(text: string): unknown },
  text: string,
  at: number,
): number {
  pattern.lastIndex = at;
  return pattern.exec(text) === null ? at : pattern.lastIndex;
}

function readString(text: string): true | null {
  const end = endOfCharacters(text, STRING.lastIndex);
  if (text[end] !== '"') return null;
  STRING.lastIndex = end + 1;
  return true;
}

/**
 * Returns the offset of the first character that cannot be part of the string that begins at `start`: the closing quote
 * of a valid string.
 */
function endOfCharacters(text: string, start: number): number {
  let at = start + 1;
  for (;;) {
    const next = match(STRING_PART, text, at);
    if (next === at) return at;
    at = next;
  }
}

function describe(text: string, position: number, reason: string): { position: number; message: string } {
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - before.lastIndexOf('\n');
  const codePoint = text.codePointAt(position);
  const found =
    codePoint === undefined ? 'the end of the text' : JSON.stringify(String.fromCodePoint(codePoint));
  return { position, message: `${reason} at line ${line}, column ${column}, found ${found}` };
}

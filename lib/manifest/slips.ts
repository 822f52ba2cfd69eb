import type { YAMLError } from 'yaml';

/** What a person did, rather than what the parser stumbled over. */
export type Slip = { offset: number; message: string; hint?: string };

/** Puts a YAML syntax error into the words of the slip that most likely caused it. */
export function explainSlip(
  { code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  text: string,
): Slip {
  const [offset] = pos;
  const line = lineAt(text, offset);
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return unquotedColon(offset, line) ?? deeperLine(offset, message);
    case 'MULTILINE_IMPLICIT_KEY':
      return (
        unquotedColon(offset, line) ?? {
          offset,
          message: 'This text goes on over several lines before its `:`',
        }
      );
    case 'TAB_AS_INDENT':
      return {
        offset,
        message: 'A tab indents this line; YAML takes only spaces',
        hint: 'Replace the tab by spaces.',
      };
    case 'BAD_SCALAR_START': {
      const start = text.charAt(offset);
      return {
        offset,
        message: `A text cannot begin with ${start} unless it is quoted`,
        hint: `Put it in quotes: ${quoted(restOf(line, offset))}`,
      };
    }
    case 'MULTIPLE_DOCS':
      return {
        offset,
        message: 'A second document begins here (---); a manifest is one',
        hint: 'Use `include:` for several files.',
      };
    case 'BAD_INDENT':
      return { offset, message: `The indentation does not fit: ${lowerFirst(message)}` };
    case 'UNEXPECTED_TOKEN':
    case 'MISSING_CHAR': {
      const before = text.slice(line.start, offset);
      const brace = before.search(/(?<=^|[\s[,:])\{\{/);
      if (brace !== -1) return bracesSlip(line.start + brace);
      if (/^\s*-?\s*[^\s:]+:\s+(["']).*\1\s*$/.test(before) || /^\s*-\s+(["']).*\1\s*$/.test(before)) {
        return {
          offset,
          message: 'More text follows the closing quote',
          hint: 'Quote the whole text: a quoted part cannot stand at the beginning of a longer text.',
        };
      }
      return { offset, message };
    }
    default:
      return { offset, message };
  }
}

/** Whether an unquoted `{{` stands at an offset. */
export function looksLikePlaceholder(text: string, offset: number): boolean {
  return text.startsWith('{{', offset);
}

/** A text as one quoted YAML scalar, in the quotes that need the fewest changes. */
export function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

function bracesSlip(offset: number): Slip {
  return {
    offset,
    message: 'A value that begins with {{ is a map to YAML',
    hint: 'Quote the whole value: "{{…}}…"',
  };
}

function unquotedColon(offset: number, line: Line): Slip | undefined {
  const value = restOf(line, offset);
  const colon = /:(?=\s|$)/.exec(value);
  if (!colon) return undefined;
  return {
    offset: offset + colon.index,
    message: 'An unquoted text cannot hold `: `; YAML takes what is before it for a key',
    hint: `Put the text in quotes: ${quoted(value)}`,
  };
}

function deeperLine(offset: number, message: string): Slip {
  return {
    offset,
    message: `The indentation does not fit: ${lowerFirst(message)}`,
    hint: 'The lines of one map begin at the same column.',
  };
}

type Line = { text: string; start: number };

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  return { text: text.slice(start, end === -1 ? undefined : end), start };
}

function restOf(line: Line, offset: number): string {
  return line.text.slice(offset - line.start).trim();
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

import type { YAMLError } from 'yaml';

/** A syntax error, explained for the author of the manifest, with its offset in the text. */
export type SyntaxProblem = { offset: number; message: string; hint?: string };

/** Explains a syntax error of the YAML parser by the mistake that most likely caused it. */
export function explainSyntaxError(
  { code, message, pos }: Pick<YAMLError, 'code' | 'message' | 'pos'>,
  text: string,
): SyntaxProblem {
  const [offset] = pos;
  const line = lineAt(text, offset);
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
      return unquotedColon(offset, line) ?? deeperLine(offset);
    case 'MULTILINE_IMPLICIT_KEY':
      return (
        unquotedColon(offset, line) ?? {
          offset,
          message: 'This key continues over several lines before its `:`',
        }
      );
    case 'TAB_AS_INDENT':
      return {
        offset,
        message: 'This line is indented with a tab; YAML allows only spaces',
        hint: 'Replace the tab with spaces.',
      };
    case 'BAD_SCALAR_START': {
      const start = text.charAt(offset);
      return {
        offset,
        message: `A text cannot begin with ${start} unless it is quoted`,
        hint: quoteHint(restOf(line, offset)),
      };
    }
    case 'MULTIPLE_DOCS':
      return {
        offset,
        message: 'A second YAML document begins here (---); a manifest is one document',
        hint: 'Use `include:` to combine several files.',
      };
    case 'BAD_INDENT':
      return message.startsWith('Flow') ? unclosed(offset) : misplacedLine(text, offset);
    case 'RESOURCE_EXHAUSTION':
      return { offset, message: 'This text is nested too deeply' };
    case 'UNEXPECTED_TOKEN':
    case 'MISSING_CHAR': {
      const before = text.slice(line.start, offset);
      const brace = before.search(/(?<=^|[\s[,:])\{\{/);
      if (brace !== -1) return bracesProblem(text, line.start + brace);
      if (/(?:[:-]|^)\s+\*\S+\s*$/.test(before)) return starProblem(line, before);
      if (/^\s*-?\s*[^\s:]+:\s+(["']).*\1\s*$/.test(before) || /^\s*-\s+(["']).*\1\s*$/.test(before)) {
        return {
          offset,
          message: 'More text follows the closing quote',
          hint: 'Quote the whole text: a text that begins with a quote ends at the next quote.',
        };
      }
      if (/^Unexpected flow-(seq|map)-start at node end/.test(message)) return bracketProblem(text, offset);
      if (message.startsWith('Sequence item')) return misplacedLine(text, offset);
      if (message.startsWith('Missing closing')) return { offset, message: 'This quote is not closed' };
      if (message.startsWith('Flow')) return unclosed(offset);
      return { offset, message };
    }
    default:
      return { offset, message };
  }
}

/** Explains an unquoted `data.items[0]` inside `{ }`, where every bracket begins a list. */
function bracketProblem(text: string, offset: number): SyntaxProblem {
  const bracket = text.charAt(offset);
  const [word = ''] = /[^\s,{}]*$/.exec(text.slice(0, offset)) ?? [];
  const [rest = ''] = /^[^\s,{}]*/.exec(text.slice(offset)) ?? [];
  return {
    offset,
    message: `Inside { } or [ ], a ${bracket} ends the text before it unless the text is quoted`,
    hint: `Quote it: ${quoted(word + rest)}`,
  };
}

/** Returns true when the text has `{{` at an offset. */
export function looksLikePlaceholder(text: string, offset: number): boolean {
  return text.startsWith('{{', offset);
}

/** Returns a hint that shows how to quote a text. */
function quoteHint(text: string): string {
  if (text.includes('"') && text.includes("'"))
    return 'Write `key: |` and put the text on the next line, indented.';
  return text.length > 80 ? 'Put the text in quotes.' : `Put the text in quotes: ${quoted(text)}`;
}

/** Renders a text as one quoted YAML scalar, with the quotes that need fewer escapes. */
export function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** Explains an unquoted `{{x}}` at an offset. */
export function bracesProblem(text: string, offset: number): SyntaxProblem {
  const line = lineAt(text, offset);
  const rest = restOf(line, offset);
  const tag = /^\{\{.*?\}\}/.exec(rest)?.[0] ?? '{{…}}';
  // In a list or a map in brackets, the value most likely ends after the tag.
  const value = /^\s*[,\]}]/.test(rest.slice(tag.length)) ? tag : rest.replace(/\s+#.*$/, '');
  return {
    offset,
    message: 'YAML reads an unquoted value that begins with {{ as a map',
    hint: `Quote the whole value: ${quoted(value)}`,
  };
}

function starProblem(line: Line, before: string): SyntaxProblem {
  const offset = line.start + before.lastIndexOf('*');
  return {
    offset,
    message: 'YAML reads an unquoted text that begins with * as an alias',
    hint: quoteHint(restOf(line, offset)),
  };
}

function unquotedColon(offset: number, line: Line): SyntaxProblem | undefined {
  const value = restOf(line, offset);
  const colon = /:(?=\s|$)/.exec(value);
  if (!colon) return undefined;
  return {
    offset: offset + colon.index,
    message: 'An unquoted text cannot contain `: `; YAML reads the part before it as a key',
    hint: quoteHint(value),
  };
}

function deeperLine(offset: number): SyntaxProblem {
  return {
    offset,
    message: 'The next line is indented more than this key, which has a value already',
    hint: 'The keys of one map begin at the same column.',
  };
}

function misplacedLine(text: string, offset: number): SyntaxProblem {
  const { start, text: line } = lineAt(text, offset);
  return {
    offset: Math.max(offset, start + line.search(/\S|$/)),
    message: 'The indentation of this line matches no line above it',
    hint: 'The keys of one map, and the dashes of one list, begin at the same column.',
  };
}

function unclosed(offset: number): SyntaxProblem {
  return {
    offset,
    message: 'A [ or { above is not closed',
    hint: 'Close it with ] or }, or quote the text that contains it.',
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

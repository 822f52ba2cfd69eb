import type { YAMLError } from 'yaml';

/** A mistake in YAML in the terms of the person who wrote it, at its offset in the text. */
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
        hint: quoteHint(restOf(line, offset)),
      };
    }
    case 'MULTIPLE_DOCS':
      return {
        offset,
        message: 'A second document begins here (---); a manifest is one',
        hint: 'Use `include:` for several files.',
      };
    case 'BAD_INDENT':
      return message.startsWith('Flow') ? unclosed(offset) : misplacedLine(text, offset);
    case 'RESOURCE_EXHAUSTION':
      return { offset, message: 'This is nested too deeply to be read' };
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
          hint: 'Quote the whole text: a quoted part cannot stand at the beginning of a longer text.',
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

/** `data.items[0]` unquoted inside `{ }`, where every bracket begins a list. */
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

/** Whether an unquoted `{{` stands at an offset. */
export function looksLikePlaceholder(text: string, offset: number): boolean {
  return text.startsWith('{{', offset);
}

/** A hint that shows how to write a text that YAML would read as something else. */
function quoteHint(text: string): string {
  if (text.includes('"') && text.includes("'"))
    return 'Put the text on a line of its own, deeper, after `key: |`.';
  return text.length > 80 ? 'Put the text in quotes.' : `Put the text in quotes: ${quoted(text)}`;
}

/** A text as one quoted YAML scalar, in the quotes that need the fewest changes. */
export function quoted(text: string): string {
  if (!/["\\]/.test(text)) return `"${text}"`;
  return `'${text.replaceAll("'", "''")}'`;
}

/** A bare `{{x}}` at an offset. */
export function bracesProblem(text: string, offset: number): SyntaxProblem {
  const line = lineAt(text, offset);
  const rest = restOf(line, offset);
  const tag = /^\{\{.*?\}\}/.exec(rest)?.[0] ?? '{{…}}';
  // In a list or a map in brackets, the value is taken to end with the tag.
  const value = /^\s*[,\]}]/.test(rest.slice(tag.length)) ? tag : rest.replace(/\s+#.*$/, '');
  return {
    offset,
    message: `A value that begins with {{ is a map to YAML`,
    hint: `Quote the whole value: ${quoted(value)}`,
  };
}

function starProblem(line: Line, before: string): SyntaxProblem {
  const offset = line.start + before.lastIndexOf('*');
  return {
    offset,
    message: 'A text that begins with * is an alias to YAML',
    hint: quoteHint(restOf(line, offset)),
  };
}

function unquotedColon(offset: number, line: Line): SyntaxProblem | undefined {
  const value = restOf(line, offset);
  const colon = /:(?=\s|$)/.exec(value);
  if (!colon) return undefined;
  return {
    offset: offset + colon.index,
    message: 'An unquoted text cannot hold `: `; YAML takes what is before it for a key',
    hint: quoteHint(value),
  };
}

function deeperLine(offset: number): SyntaxProblem {
  return {
    offset,
    message: 'The next line is indented as if it belonged to this value',
    hint: 'The keys of one map begin at the same column.',
  };
}

function misplacedLine(text: string, offset: number): SyntaxProblem {
  const { start, text: line } = lineAt(text, offset);
  return {
    offset: Math.max(offset, start + line.search(/\S|$/)),
    message: 'The indentation of this line fits nothing above it',
    hint: 'The keys of one map, and the dashes of one list, begin at the same column.',
  };
}

function unclosed(offset: number): SyntaxProblem {
  return {
    offset,
    message: 'A [ or { above is not closed',
    hint: 'Close it with ] or }, or quote the text that holds it.',
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

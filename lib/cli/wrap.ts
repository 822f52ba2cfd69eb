/** The smallest width of a second column. When there is less, it begins on the next line. */
const NARROWEST = 24;

/** How far a line that continues another one is indented, relative to it. */
const HANG = 4;

/**
 * Breaks the lines of a page of help between words, so that none is longer than `width` characters unless one word is. A
 * row of two columns, which two or more spaces separate, continues below its second column. In an example call, a word is
 * what a shell takes as one, and a backslash ends a line that continues.
 */
export function wrap(page: string, width: number): string {
  return joinParagraphs(page, width)
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

/** Joins lines without indentation that follow each other when one of them is too long. */
function joinParagraphs(page: string, width: number): string {
  return page.replace(/^\S.*(?:\n\S.*)+/gm, (paragraph) =>
    paragraph.split('\n').some((line) => line.length > width) ? paragraph.replaceAll('\n', ' ') : paragraph,
  );
}

/** An indented call with parameters in quotes, such as `  gantz cache get '{"key":"a"}'`, or with a redirection. */
const EXAMPLE = /^ +gantz (?:[^']* '.*'|.* > \S+)$/;

/** The words of a shell command, each with the spaces before it. */
const SHELL_WORDS = /\s*(?:'[^']*'|\\.|[^\s'])+/g;

const ROW = /^( +\S.*?\s{2,})(\S.*)$/;

const USAGE = 'Usage: ';

function wrapLine(line: string, width: number): string[] {
  const indent = line.search(/\S/);
  const isLong = line.length > width;
  if (isLong && EXAMPLE.test(line)) {
    const lines = fill(line.match(SHELL_WORDS) ?? [], { hang: indent + HANG, width: width - 2 });
    return lines.map((part, index) => (index < lines.length - 1 ? `${part} \\` : part));
  }
  const [, left = '', right] = ROW.exec(line) ?? [];
  // All rows of such a table get this form, also those that fit.
  if (right !== undefined && left.length + NARROWEST > width) {
    const hang = indent + HANG;
    return [
      ...fill(wordsOf(left.trimEnd()), { hang, width }),
      ...fill(wordsOf(right), { first: ' '.repeat(hang), hang, width }),
    ];
  }
  if (!isLong) return [line];
  if (right !== undefined) return fill(wordsOf(right), { first: left, hang: left.length, width });
  return fill(wordsOf(line), { hang: line.startsWith(USAGE) ? USAGE.length : indent, width });
}

/** Returns the words of a text, each with the spaces before it. */
function wordsOf(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}

type Filling = {
  /** The beginning of the first line. */
  first?: string;
  /** The number of spaces at the beginning of each other line. */
  hang: number;
  width: number;
};

function fill(words: readonly string[], { first = '', hang, width }: Filling): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + word.length > width) {
      lines.push(line);
      line = ' '.repeat(hang) + word.trimStart();
    } else {
      line += word;
    }
    isEmpty = false;
  }
  return [...lines, line];
}

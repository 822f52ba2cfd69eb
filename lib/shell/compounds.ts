import { checkConditional } from './check-builtins.ts';
import { readSpace } from './here-documents.ts';
import type { Reader } from './reader.ts';
import { GRAMMAR_NAME } from './reasons.ts';
import { isAssignment, noteAssignment } from './variables.ts';
import type { Word } from './word.ts';
import { endsWord, readWord } from './words.ts';

const OPENS = new Set(['if', 'while', 'until', '{', 'for', 'select']);
const CLOSES = new Set(['fi', 'done', '}']);
const CONTINUES = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc']);

/**
 * Returns what a word is that could be the first one of a command: the command itself, or something `before` it;
 * `none` when only what may follow a command follows, and `esac` when that ends the commands.
 */
export function readKeyword(
  reader: Reader,
  word: Word,
  inCase: boolean,
): 'command' | 'before' | 'none' | 'esac' {
  const { cursor, interpreter } = reader;
  const { raw } = word;
  if (raw === 'esac' && inCase) return 'esac';
  if (raw === 'time' && cursor.match(/[ \t]+-/y) !== '') {
    // With an option that is not its own, `time` is a program.
    return cursor.copyMatch(/[ \t]+(?:-p|--)(?=[ \t])/y) === '' ? 'command' : 'before';
  }
  if (raw === 'coproc')
    cursor.copyMatch(/[ \t]+[A-Za-z_]\w*(?=[ \t]+(?:[{([]|(?:while|until|for|if|case|select)[ \t]))/y);
  if (CONTINUES.has(raw)) return 'before';
  if (OPENS.has(raw)) {
    openCompound(reader);
    nextPipeline(reader);
    // The words of a loop are checked as those of a command.
    return raw === 'for' || raw === 'select' ? 'command' : 'before';
  }
  if (CLOSES.has(raw)) {
    closeCompound(reader);
    return 'before';
  }
  if (raw === 'case') {
    readCase(reader);
    return 'none';
  }
  if (raw === 'function') {
    cursor.blanks();
    cursor.report(readWord(reader, 'one-word'), GRAMMAR_NAME);
    cursor.copyMatch(/[ \t]*\(\)/y);
    return 'none';
  }
  if (raw === '[[' && interpreter !== 'dash') {
    readConditional(reader);
    return 'before';
  }
  if (!isAssignment(raw)) return 'command';
  noteAssignment(reader, word);
  return 'before';
}

/** Notes that a compound command begins: its commands read what it reads. */
export function openCompound({ around, position }: Reader): void {
  around.push({ ...position });
}

/** Notes that a compound command ends. */
export function closeCompound(reader: Reader): void {
  reader.position = reader.around.pop() ?? reader.position;
}

/** Notes that another pipeline begins. Inside of a compound command that reads from a pipe it does so too. */
export function nextPipeline(reader: Reader): void {
  const around = reader.around.at(-1);
  reader.position = around?.piped
    ? { ...around }
    : { pipeline: { start: reader.cursor.uses.length }, piped: false };
}

/** Reads what follows `case`, up to its `esac`. */
function readCase(reader: Reader): void {
  const { cursor, commands } = reader;
  cursor.blanks();
  readWord(reader, 'one-word');
  readSpace(reader);
  if (cursor.copyMatch(/in(?=[ \t\n\\])/y) === '') {
    cursor.markUnreadable();
    return;
  }
  for (;;) {
    readSpace(reader);
    if (cursor.copyMatch(/esac(?![\w-])/y) !== '') return;
    cursor.copyMatch(/\(/y);
    if (!readPatterns(reader) || !cursor.close(')') || commands('case') === 'esac') return;
    if (cursor.copyMatch(/;;&|;[;&|]/y) === '') {
      cursor.markUnreadable();
      return;
    }
  }
}

/** Reads the patterns of one branch. Returns false where they cannot be read. */
function readPatterns(reader: Reader): boolean {
  const { cursor } = reader;
  do {
    cursor.blanks();
    if (endsWord(cursor.at())) {
      cursor.markUnreadable();
      return false;
    }
    readWord(reader, 'one-word');
    cursor.blanks();
  } while (cursor.copyMatch(/\|/y) !== '');
  return true;
}

/** Reads what follows `[[`, up to its `]]`. */
function readConditional(reader: Reader): void {
  const { cursor, reporter } = reader;
  const words: Word[] = [];
  for (;;) {
    cursor.copyMatch(/(?:[ \t\n()|&!]|[<>](?!\())*/y);
    const char = cursor.at();
    if (char === '' || char === ';') {
      cursor.markUnreadable();
      return;
    }
    if (char === '#') {
      // A comment in some shells, a word in others.
      cursor.markUncertain();
      cursor.comment();
      continue;
    }
    const word = readWord(reader, 'one-word');
    if (word.raw === ']]') break;
    words.push(word);
  }
  checkConditional(words, reporter);
}

import { checkConditional } from './check-builtins.ts';
import { readSpace } from './here-documents.ts';
import type { Reader } from './reader.ts';
import { GRAMMAR_NAME } from './reasons.ts';
import { isAssignment, noteAssignment } from './variables.ts';
import type { Word } from './word.ts';
import { endsWord, readWord } from './words.ts';

type Keyword = 'command' | 'before' | 'none' | 'esac';

const OPENS = new Set(['if', 'while', 'until', '{', 'for', 'select']);
const CLOSES = new Set(['fi', 'done', '}']);
const CONTINUES = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc']);

/**
 * Returns what a word is that could be the first one of a command: the command itself, or something `before` it;
 * `none` when only what may follow a command follows, and `esac` when that ends the commands.
 */
export function readKeyword(reader: Reader, word: Word, inCase: boolean): Keyword {
  const { raw } = word;
  if (raw === 'esac' && inCase) return 'esac';
  if (raw === 'time' && reader.match(/[ \t]+-/y) !== '') {
    // With an option that is not its own, `time` is a program.
    return reader.copyMatch(/[ \t]+(?:-p|--)(?=[ \t])/y) === '' ? 'command' : 'before';
  }
  if (raw === 'coproc')
    reader.copyMatch(/[ \t]+[A-Za-z_]\w*(?=[ \t]+(?:[{([]|(?:while|until|for|if|case|select)[ \t]))/y);
  if (CONTINUES.has(raw)) return 'before';
  if (OPENS.has(raw)) {
    // Its commands read what it reads.
    reader.around.push(reader.position);
    nextPipeline(reader);
    // The words of a loop are checked as those of a command.
    return raw === 'for' || raw === 'select' ? 'command' : 'before';
  }
  if (raw === 'case') {
    readCase(reader);
    return 'none';
  }
  if (raw === 'function') {
    reader.blanks();
    reader.report(readWord(reader, 'one-word'), GRAMMAR_NAME);
    reader.copyMatch(/[ \t]*\(\)/y);
    return 'none';
  }
  if (CLOSES.has(raw)) closeCompound(reader);
  else if (raw === '[[' && reader.interpreter !== 'dash') readConditional(reader);
  else if (isAssignment(raw)) noteAssignment(reader, word);
  else return 'command';
  return 'before';
}

/** Notes that a compound command ends. */
export function closeCompound(reader: Reader): void {
  reader.position = reader.around.pop() ?? reader.position;
}

/** Notes that another pipeline begins. Inside of a compound command that reads from a pipe it does so too. */
export function nextPipeline(reader: Reader): void {
  const around = reader.around.at(-1);
  reader.position = around?.piped ? { ...around } : { pipeline: { start: reader.uses.length }, piped: false };
}

function readCase(reader: Reader): void {
  reader.blanks();
  readWord(reader, 'one-word');
  readSpace(reader);
  if (reader.copyMatch(/in(?=[ \t\n\\])/y) === '') reader.markUnreadable();
  for (;;) {
    readSpace(reader);
    if (reader.copyMatch(/esac(?![\w-])/y) !== '') return;
    reader.copyMatch(/\(/y);
    do {
      reader.blanks();
      if (endsWord(reader.at())) reader.markUnreadable();
      else readWord(reader, 'one-word');
      reader.blanks();
    } while (reader.copyMatch(/\|/y) !== '');
    reader.close(')');
    if (reader.grammar.readCommands(reader, 'case') === 'esac') return;
    if (reader.copyMatch(/;;&|;[;&|]/y) !== '') continue;
    reader.markUnreadable();
    return;
  }
}

function readConditional(reader: Reader): void {
  const words: Word[] = [];
  while (words.at(-1)?.raw !== ']]') {
    reader.copyMatch(/(?:[ \t\n()|&!]|[<>](?!\())*/y);
    if (reader.at() === '' || reader.at() === ';') {
      reader.markUnreadable();
      break;
    }
    if (reader.at() === '#') {
      // A comment in some shells, a word in others.
      reader.markUncertain();
      reader.comment();
    } else words.push(readWord(reader, 'one-word'));
  }
  checkConditional(words, reader.reporter);
}

import { readCase, readConditional, readFunction, readLoop } from './compounds.ts';
import type { Reader } from './reader.ts';
import { isAssignment, noteAssignment } from './variables.ts';
import type { Word } from './word.ts';

const OPENS = new Set(['if', 'while', 'until', '{']);
const CLOSES = new Set(['fi', 'done', '}']);
const CONTINUES = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc']);

/**
 * Returns what a word is that could be the first one of a command: the command itself, or something `before` it;
 * `none` when only what may follow a command follows, and `esac` when that ends the commands.
 */
export function readKeyword(reader: Reader, word: Word): 'command' | 'before' | 'none' | 'esac' {
  const { cursor, pipelines, interpreter } = reader;
  const { raw } = word;
  if (raw === 'esac' && pipelines.ends === 'case') return 'esac';
  if (raw === 'time' && cursor.match(/[ \t]+-/y) !== '') return readTimeOption(reader);
  if (raw === 'coproc') skipCoprocessName(reader);
  if (CONTINUES.has(raw)) return 'before';
  if (OPENS.has(raw)) {
    pipelines.open();
    pipelines.next();
    return 'before';
  }
  if (CLOSES.has(raw)) {
    pipelines.leave();
    return 'before';
  }
  if (raw === 'for' || raw === 'select') {
    pipelines.open();
    pipelines.next();
    readLoop(reader);
    return 'none';
  }
  if (raw === 'case') {
    readCase(reader);
    return 'none';
  }
  if (raw === 'function') {
    readFunction(reader);
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

/** Reads an option of `time`; with one that is not its own, `time` is a program. */
function readTimeOption({ cursor }: Reader): 'command' | 'before' {
  const option = cursor.match(/[ \t]+(?:-p|--)(?=[ \t])/y);
  cursor.copy(option.length);
  return option === '' ? 'command' : 'before';
}

function skipCoprocessName({ cursor }: Reader): void {
  const name = /[ \t]+[A-Za-z_]\w*(?=[ \t]+(?:[{([]|(?:while|until|for|if|case|select)[ \t]))/y;
  cursor.copy(cursor.match(name).length);
}

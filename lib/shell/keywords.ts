import type { Word } from './word.ts';
import { followAssignment, isAssignment } from './assignments.ts';
import { readCase, readConditional, readLoop } from './compounds.ts';
import { readFunction } from './functions.ts';
import type { Reading } from './reading.ts';

const OPENS = new Set(['if', 'while', 'until', '{']);
const CLOSES = new Set(['fi', 'done', '}']);
const CONTINUES = new Set(['then', 'else', 'elif', 'do', '!', 'time', 'coproc']);

/**
 * What a word that could be the first one of a command is: the command itself, or something before it; `none` when
 * no command follows but what may follow one, and `esac` when that ends the commands.
 */
export function readKeyword(reading: Reading, word: Word): 'command' | 'before' | 'none' | 'esac' {
  const { cursor, scope, pipelines, interpreter } = reading;
  const { raw } = word;
  if (raw === 'esac' && pipelines.ends === 'case') return 'esac';
  if (raw === 'time' && cursor.match(/[ \t]+-/y) !== '') return readTimeOption(reading);
  if (raw === 'coproc') skipCoprocessName(reading);
  if (scope.defines !== undefined && raw !== '{') {
    // The body of a function is something else than usual: its arguments are anyone's.
    scope.defines = undefined;
    cursor.unsure();
  }
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
    readLoop(reading);
    return 'none';
  }
  if (raw === 'case') {
    readCase(reading);
    return 'none';
  }
  if (raw === 'function') {
    readFunction(reading);
    return 'none';
  }
  if (raw === '[[' && interpreter !== 'dash') {
    readConditional(reading);
    return 'before';
  }
  if (isAssignment(raw)) {
    followAssignment(reading, word);
    return 'before';
  }
  return 'command';
}

/** `time` with an option that is not its own is a program. */
function readTimeOption({ cursor }: Reading): 'command' | 'before' {
  const option = cursor.match(/[ \t]+(?:-p|--)(?=[ \t])/y);
  cursor.copy(option.length);
  return option === '' ? 'command' : 'before';
}

function skipCoprocessName({ cursor }: Reading): void {
  const name = /[ \t]+[A-Za-z_]\w*(?=[ \t]+(?:[{([]|(?:while|until|for|if|case|select)[ \t]))/y;
  cursor.copy(cursor.match(name).length);
}

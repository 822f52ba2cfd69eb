import type { Word } from './word.ts';
import { readArithmetic } from './arithmetic.ts';
import { readParentheses } from './functions.ts';
import { readKeyword } from './keywords.ts';
import type { Ends } from './pipelines.ts';
import type { Reading } from './reading.ts';
import { readRedirection, type Redirected } from './redirections.ts';
import { followCommand } from './simple-command.ts';
import { readWord } from './words.ts';

/** Reads commands up to their end; `written` when they read what the command around them writes. */
export function readCommands(reading: Reading, ends: Ends, written = false): 'esac' | undefined {
  return reading.pipelines.within({ ends, written }, () => readList(reading));
}

function readList(reading: Reading): 'esac' | undefined {
  const { cursor, documents, pipelines } = reading;
  const { ends } = pipelines;
  // After `|` lines and comments may come before the command that reads what is piped.
  let open = false;
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char !== '\n' && char !== '#' && char !== '|') open = false;
    if (char === '') {
      if (ends !== 'text') cursor.lose();
      return undefined;
    }
    if (char === '\n') {
      documents.newline();
      if (!open) pipelines.next();
    } else if (char === '#') {
      cursor.comment();
    } else if (char === ')') {
      if (ends === ')') return undefined;
      cursor.lose();
      cursor.copy();
    } else if (char === ';') {
      if (ends === 'case' && cursor.match(/;[;&|]/y) !== '') return undefined;
      cursor.copy();
      pipelines.next();
    } else if (char === '&') {
      cursor.copy(cursor.starts('&&') ? 2 : 1);
      pipelines.next();
    } else if (cursor.starts('||')) {
      cursor.copy(2);
      pipelines.next();
    } else if (char === '|') {
      cursor.copy(cursor.starts('|&') ? 2 : 1);
      pipelines.pipe();
      open = true;
    } else if (char === '(') {
      readSubshell(reading);
    } else if (readCommand(reading) === 'esac') {
      return 'esac';
    }
  }
}

/** `(…)`, or `((…))`. */
function readSubshell(reading: Reading): void {
  const { cursor, scope, pipelines } = reading;
  if (cursor.starts('((') && readArithmetic(reading, '((')) return;
  scope.glued(1);
  cursor.copy();
  pipelines.open();
  readCommands(reading, ')');
  pipelines.leave();
  cursor.close(')');
}

function readCommand(reading: Reading): 'esac' | undefined {
  const { cursor, pipelines } = reading;
  const words: Word[] = [];
  const redirected: Redirected = { documents: [], inputs: [] };
  const { outputs } = pipelines;
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char === '&' && cursor.at(1) === '>') {
      cursor.copy();
      continue;
    }
    if (char === '' || '\n;&|)#'.includes(char)) break;
    if ((char === '<' || char === '>') && cursor.at(1) !== '(') {
      readRedirection(reading, redirected);
      continue;
    }
    if (char === '(') {
      if (words.length === 0) break;
      readParentheses(reading, words);
      return undefined;
    }
    const word = readWord(reading, words.length === 0 ? 'first' : 'argument');
    if (/^(?:\d+|\{[A-Za-z_]\w*\})$/.test(word.raw) && '<>'.includes(cursor.at() || ' ')) continue;
    const keyword = words.length === 0 ? readKeyword(reading, word) : 'command';
    if (keyword === 'command') words.push(word);
    else if (keyword === 'none') return undefined;
    else if (keyword === 'esac') return 'esac';
  }
  followCommand(reading, { words, ...redirected, feeds: pipelines.outputs > outputs });
  return undefined;
}

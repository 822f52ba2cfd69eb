import { readArithmetic } from './arithmetic.ts';
import { checkCommand } from './check-command.ts';
import { readFunctionParentheses } from './compounds.ts';
import type { HereDocument } from './here-documents.ts';
import { readKeyword } from './keywords.ts';
import type { CommandsEnd } from './pipelines.ts';
import type { Reader } from './reader.ts';
import type { Word } from './word.ts';
import { readWord } from './words.ts';

/** Reads commands up to their end; `written` when they read what the command around them writes. */
export function readCommands(reader: Reader, ends: CommandsEnd, written = false): 'esac' | undefined {
  return reader.pipelines.within({ ends, written }, () => readList(reader));
}

function readList(reader: Reader): 'esac' | undefined {
  const { cursor, documents, pipelines } = reader;
  const { ends } = pipelines;
  // After `|`, lines and comments may come before the command that reads what is piped.
  let open = false;
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char !== '\n' && char !== '#' && char !== '|') open = false;
    if (char === '') {
      if (ends !== 'text') cursor.markUnreadable();
      return undefined;
    }
    if (char === '\n') {
      documents.newline();
      if (!open) pipelines.next();
    } else if (char === '#') {
      cursor.comment();
    } else if (char === ')') {
      if (ends === ')') return undefined;
      cursor.markUnreadable();
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
      readSubshell(reader);
    } else if (readCommand(reader) === 'esac') {
      return 'esac';
    }
  }
}

/** Reads `(…)` or `((…))`. */
function readSubshell(reader: Reader): void {
  const { cursor, pipelines } = reader;
  if (cursor.starts('((') && readArithmetic(reader, '((')) return;
  cursor.checkJoinedLine(1);
  cursor.copy();
  pipelines.open();
  readCommands(reader, ')');
  pipelines.leave();
  cursor.close(')');
}

/** What the redirections of a command make its standard input: here-documents, and the words after `<<<` and `<`. */
type Redirected = { documents: HereDocument[]; words: Word[] };

function readCommand(reader: Reader): 'esac' | undefined {
  const { cursor } = reader;
  const words: Word[] = [];
  const redirected: Redirected = { documents: [], words: [] };
  for (;;) {
    cursor.blanks();
    const char = cursor.at();
    if (char === '&' && cursor.at(1) === '>') {
      cursor.copy();
      continue;
    }
    if (char === '' || '\n;&|)#'.includes(char)) break;
    if ((char === '<' || char === '>') && cursor.at(1) !== '(') {
      readRedirection(reader, redirected);
      continue;
    }
    if (char === '(') {
      if (words.length === 0) break;
      readFunctionParentheses(reader, words);
      return undefined;
    }
    const word = readWord(reader, words.length === 0 ? 'first' : 'argument');
    if (/^(?:\d+|\{[A-Za-z_]\w*\})$/.test(word.raw) && '<>'.includes(cursor.at() || ' ')) continue;
    const keyword = words.length === 0 ? readKeyword(reader, word) : 'command';
    if (keyword === 'command') words.push(word);
    else if (keyword === 'none') return undefined;
    else if (keyword === 'esac') return 'esac';
  }
  checkSimpleCommand(reader, words, redirected);
  return undefined;
}

/** Reads a redirection, and adds what the command reads through it. */
function readRedirection(reader: Reader, redirected: Redirected): void {
  const { cursor, documents, pipelines } = reader;
  const operator = cursor.match(/<<<|<<-|<<|<&|<>|<|>>|>&|>\||>/y);
  cursor.copy(operator.length);
  cursor.blanks();
  if (operator === '<<' || operator === '<<-') {
    const document = documents.delimiter(operator === '<<-', pipelines.current);
    if (document) redirected.documents.push(document);
    return;
  }
  if (cursor.at() === '' || '\n;&|()#'.includes(cursor.at())) {
    cursor.markUnreadable();
    return;
  }
  const word = readWord(reader, 'one-word');
  if (operator === '<<<' || operator === '<') redirected.words.push(word);
}

/** Checks a command that was read to its end, and reports what stands in the input that it parses as code. */
function checkSimpleCommand(
  { cursor, documents, pipelines, input, reporter }: Reader,
  words: readonly Word[],
  redirected: Redirected,
): void {
  const own = checkCommand(words, reporter);
  if (own?.severity === 'error') input.refused = own;
  // What is redirected into a compound command is read by the commands inside of it.
  const reason = words.length === 0 ? input.refused : own;
  if (words.length === 1 && words[0]?.value === 'exec') input.replaced.push(...redirected.words);
  if (!reason) return;
  for (const document of redirected.documents) document.reasons.push(reason);
  for (const { from, to } of redirected.words) cursor.report(from, to, reason);
  if (pipelines.piped) {
    cursor.report(pipelines.current.start, words[0]?.from ?? cursor.uses.length, reason);
    documents.report(pipelines.current, reason);
  } else if (redirected.documents.length + redirected.words.length === 0) {
    input.script ??= reason;
  }
}

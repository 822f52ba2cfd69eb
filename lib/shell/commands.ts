import { readArithmetic } from './arithmetic.ts';
import { checkCommand } from './check-command.ts';
import { closeCompound, nextPipeline, readKeyword } from './compounds.ts';
import { readDelimiter, readNewline } from './here-documents.ts';
import type { CommandsEnd, HereDocument, Reader } from './reader.ts';
import { GRAMMAR_NAME } from './reasons.ts';
import type { Word } from './word.ts';
import { readWord } from './words.ts';

/** The standard input of a command from its redirections: here-documents, and the words after `<<<` and `<`. */
type Redirected = { documents: HereDocument[]; words: Word[] };

/** Reads commands up to their end. `written` is true when they read the output of the command that contains them. */
export function readCommands(reader: Reader, ends: CommandsEnd, written = false): 'esac' | undefined {
  const { position, around } = reader;
  reader.around = position.piped || written ? [{ ...position, piped: true }] : [];
  nextPipeline(reader);
  const end = readList(reader, ends);
  Object.assign(reader, { position, around });
  return end;
}

function readList(reader: Reader, ends: CommandsEnd): 'esac' | undefined {
  // After `|`, empty lines and comments may come before the next command of the pipeline.
  let open = false;
  for (;;) {
    reader.blanks();
    const char = reader.at();
    if (char !== '\n' && char !== '#' && char !== '|') open = false;
    if (char === '') {
      if (ends !== 'text') reader.markUnreadable();
      return undefined;
    }
    if (char === ')' && ends === ')') return undefined;
    if (ends === 'case' && reader.match(/;[;&|]/y) !== '') return undefined;
    if (char === '\n') {
      readNewline(reader);
      if (!open) nextPipeline(reader);
    } else if (char === ')') {
      reader.markUnreadable();
      reader.copy();
    } else if (reader.copyMatch(/;|&&?|\|\|/y) !== '') nextPipeline(reader);
    else if (reader.copyMatch(/\|&?/y) !== '') {
      reader.position.piped = true;
      open = true;
    } else if (char === '#') reader.comment();
    else if (char === '(') readSubshell(reader);
    else if (readCommand(reader, ends) === 'esac') return 'esac';
  }
}

function readSubshell(reader: Reader): void {
  if (reader.match(/\(\(/y) !== '' && readArithmetic(reader, '((')) return;
  reader.checkJoinedLine(1);
  reader.copy();
  reader.around.push(reader.position);
  readCommands(reader, ')');
  closeCompound(reader);
  reader.close(')');
}

function readCommand(reader: Reader, ends: CommandsEnd): 'esac' | undefined {
  const words: Word[] = [];
  const redirected: Redirected = { documents: [], words: [] };
  for (;;) {
    reader.blanks();
    const char = reader.at();
    if (char === '' || ('\n;&|)#'.includes(char) && reader.match(/&>/y) === '')) break;
    if (reader.match(/&?[<>](?!\()/y) !== '') {
      readRedirection(reader, redirected);
      continue;
    }
    if (char === '(' && words.length === 0) break;
    if (char === '(') {
      readParentheses(reader, words);
      return undefined;
    }
    reader.declares = /^(?:declare|typeset|local|export|readonly|alias)$/.test(words[0]?.raw ?? '');
    const word = readWord(reader, words.length === 0 ? 'first' : 'argument');
    if (/^(?:\d+|\{[A-Za-z_]\w*\})$/.test(word.raw) && '<>'.includes(reader.at() || ' ')) continue;
    const keyword = words.length === 0 ? readKeyword(reader, word, ends === 'case') : 'command';
    if (keyword === 'command') words.push(word);
    else if (keyword === 'none') return undefined;
    else if (keyword === 'esac') return 'esac';
  }
  checkSimpleCommand(reader, words, redirected);
  return undefined;
}

/** Reads `for ((…))`, or the `()` after the name of a function. After any other word, the script is unreadable. */
function readParentheses(reader: Reader, words: readonly Word[]): void {
  const [name] = words;
  if (name?.raw === 'for' && reader.match(/\(\(/y) !== '' && readArithmetic(reader, '((')) return;
  reader.copy();
  reader.blanks();
  if (words.length === 1 && reader.at() === ')') reader.copy();
  else reader.markUnreadable();
  if (name) reader.report(name, GRAMMAR_NAME);
}

function readRedirection(reader: Reader, redirected: Redirected): void {
  const operator = reader.copyMatch(/&?(?:<<<|<<-|<<|<&|<>|<|>>|>&|>\||>)/y);
  reader.blanks();
  if (operator === '<<' || operator === '<<-') {
    const document = readDelimiter(reader, operator === '<<-');
    if (document) redirected.documents.push(document);
    return;
  }
  // A word must follow. Without one, `readWord` marks the script as unreadable.
  const word = readWord(reader, 'one-word');
  if (operator === '<<<' || operator === '<') redirected.words.push(word);
}

/** Checks a command that was read to its end. Reports the placeholders in its input when it parses its input as code. */
function checkSimpleCommand(reader: Reader, words: readonly Word[], redirected: Redirected): void {
  const { documents, position, reporter } = reader;
  const own = checkCommand(words, reporter);
  if (own?.severity === 'error') reader.refusedInput = own;
  // The commands inside a compound command read its redirected input.
  const reason = words.length === 0 ? reader.refusedInput : own;
  const replaces = words.length === 1 && words[0]?.value === 'exec';
  if (replaces) reader.replacedInput.push(...redirected.words);
  if (replaces) for (const document of redirected.documents) document.replacesInput = true;
  if (!reason) return;
  for (const document of redirected.documents) document.reasons.push(reason);
  for (const word of redirected.words) reader.report(word, reason);
  if (position.piped) {
    const { start } = position.pipeline;
    reader.report({ from: start, to: words[0]?.from ?? reader.uses.length }, reason);
    for (const document of documents)
      if (document.pipeline === position.pipeline) document.reasons.push(reason);
  } else if (redirected.documents.length + redirected.words.length === 0) {
    reader.scriptInput ??= reason;
  }
}

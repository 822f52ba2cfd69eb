import { flagOf, foldName } from '../contract/names.ts';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import type { JsonSchema, Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import { parseStructure, quote, typesOf } from '../parameters/convert.ts';
import { parseObject, parseValue } from '../parameters/parse.ts';

/**
 * Reads the parameters from the words after the name of a tool: one JSON object (as text, `-` for stdin, or `@file`), and
 * flags, which override the members of the object. The values are not yet checked against the schema. Throws USAGE,
 * INVALID_JSON, or INVALID_PARAMETERS for an unknown flag and for JSON that is not an object.
 */
export async function readParameters(
  tool: Tool,
  words: readonly string[],
  process: Process,
): Promise<Record<string, unknown>> {
  const { flags, positional } = splitFlags(tool, words, process);
  const isText = positional[0] !== undefined && !/^\s*[{[@-]/.test(positional[0]);
  if (positional.length > 1) {
    throw new GantzError('USAGE', `${tool.name} takes one JSON object, not ${positional.length} arguments`, {
      hint: isText
        ? (await import('./suggestion.ts')).suggestFlags(tool, positional, flags)
        : `Quote the JSON: '{"name":"value"}'. The shell splits JSON without quotes into several words.`,
    });
  }
  const [source] = positional;
  await readTexts(flags, source, process);
  const members = source === undefined ? {} : await parseMembers(tool, source, { process, flags, isText });
  return Object.fromEntries([
    ...Object.entries(members),
    ...[...flags].map(([name, given]) => [name, wholeValue(given)] as const),
  ]);
}

/** The argument of a flag with `:text` that refers to stdin or to a file. */
class TextSource {
  readonly flag: string;
  readonly argument: string;
  constructor(flag: string, argument: string) {
    this.flag = flag;
    this.argument = argument;
  }
}

/** Replaces each text source among the values of flags by its text. Throws USAGE when stdin is used twice. */
async function readTexts(
  flags: Flags['flags'],
  positional: string | undefined,
  process: Process,
): Promise<void> {
  const given = [...flags.values()];
  const sources = given.flatMap(({ values }) => values).filter((value) => value instanceof TextSource);
  if (sources.length === 0) return;
  const readers = sources.filter(({ argument }) => argument === '-').length + (positional === '-' ? 1 : 0);
  if (readers > 1) throw new GantzError('USAGE', 'stdin can be read only once: "-" is given more than once');
  const { readParameterText } = await import('./parameter-text.ts');
  const texts = new Map<unknown, string>();
  for (const source of sources)
    texts.set(source, await readParameterText(source.argument, process, `The text of ${source.flag}`));
  for (const one of given) one.values = one.values.map((value) => texts.get(value) ?? value);
}

type MembersSource = { process: Process; flags: Flags['flags']; isText: boolean };

/** Parses the JSON object of an argument. The hint for other text is the same text as flags. */
async function parseMembers(
  tool: Tool,
  argument: string,
  { process, flags, isText }: MembersSource,
): Promise<Record<string, unknown>> {
  const text = await textOf(argument, process);
  try {
    return parseObject(text);
  } catch (error) {
    if (!isText || !(error instanceof GantzError)) throw error;
    const { suggestFlags } = await import('./suggestion.ts');
    const { code, message, details } = error;
    throw new GantzError(code, message, {
      hint: suggestFlags(tool, [argument], flags),
      ...(details && { details }),
      cause: error,
    });
  }
}

/** Returns the JSON text of an argument. The code that reads stdin and files is loaded only when it is needed. */
async function textOf(argument: string, process: Process): Promise<string> {
  if (argument !== '-' && !argument.startsWith('@')) return argument;
  const { readParameterText } = await import('./parameter-text.ts');
  return await readParameterText(argument, process);
}

/**
 * Returns true when `--help` or `-h` is one of the words and not a parameter of the tool. The word after a flag that needs
 * a value is never a request for help, so that the data of a caller cannot decide what runs.
 */
export function requestsHelp(tool: Tool, words: readonly string[]): boolean {
  if (Object.hasOwn(tool.inputSchema.properties, 'help')) return false;
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  return before.some(
    (word, index) => (word === '--help' || word === '-h') && !needsNext(tool, before[index - 1] ?? ''),
  );
}

/** Returns true when a word is a flag without its value. An unknown flag counts as one. */
function needsNext(tool: Tool, word: string): boolean {
  if (!word.startsWith('--') || word.includes('=') || word === '--help') return false;
  const flag = findFlag(tool, word);
  return !flag || (!flag.negated && (flag.form !== 'plain' || !isSwitch(flag.schema)));
}

/** A flag as it was first given, and the values of all its repetitions. */
type Given = { flag: Flag; values: unknown[] };

type Flags = { flags: Map<string, Given>; positional: string[] };

function splitFlags(tool: Tool, words: readonly string[], process: Process): Flags {
  const flags = new Map<string, Given>();
  const positional: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '--') {
      positional.push(...words.slice(index + 1));
      break;
    }
    if (!word.startsWith('--')) {
      if (/^-[^\d]/.test(word))
        throw new GantzError('USAGE', `${quote(word)} is not a flag`, {
          hint: 'Flags begin with "--": --key a.',
        });
      positional.push(word);
      continue;
    }
    const flag = parseFlag(tool, word);
    const next = words[index + 1];
    const taken = takesNext(flag, next) ? next : undefined;
    if (taken === '-' && flag.form === 'plain') noticeHyphen(flag.word, process);
    if (taken !== undefined) index++;
    else if (!flag.negated && isSwitch(flag.schema) && /^[a-z]+$/i.test(next ?? ''))
      throw notASwitch(flag.word, next ?? '');
    setFlag(flags, flag, flagValue(flag, flag.text ?? taken, next));
  }
  return { flags, positional };
}

type Flag = {
  word: string;
  name: string;
  schema: JsonSchema;
  /** `--value:json` is JSON. `--value:text` is text that is never parsed; `-` is stdin and `@file` a file. */
  form: 'plain' | 'json' | 'text';
  negated: boolean;
  text: string | undefined;
};

/** Returns the flag that a word begins. Throws INVALID_PARAMETERS for an unknown one, and USAGE for `--no-x=value`. */
function parseFlag(tool: Tool, word: string): Flag {
  const flag = findFlag(tool, word);
  if (!flag) throw unknownFlag(tool, word.split('=')[0] ?? word);
  if (flag.negated && (flag.form !== 'plain' || flag.text !== undefined))
    throw new GantzError('USAGE', `${flag.word} takes no value`);
  return flag;
}

function findFlag(tool: Tool, word: string): Flag | undefined {
  const equals = word.indexOf('=');
  const text = equals < 0 ? undefined : word.slice(equals + 1);
  const spelled = equals < 0 ? word : word.slice(0, equals);
  const form = spelled.endsWith(':json') ? 'json' : spelled.endsWith(':text') ? 'text' : 'plain';
  const wanted = spelled.slice(2, form === 'plain' ? undefined : -':json'.length);
  const { properties } = tool.inputSchema;
  const find = (name: string): string | undefined =>
    Object.hasOwn(properties, name)
      ? name
      : Object.keys(properties).find((key) => foldName(key) === foldName(name));
  const name = find(wanted);
  if (name !== undefined)
    return { word: spelled, name, schema: properties[name] ?? {}, form, negated: false, text };
  const positive = wanted.startsWith('no-') ? find(wanted.slice(3)) : undefined;
  const schema = positive === undefined ? undefined : properties[positive];
  if (positive !== undefined && schema && typesOf(schema).includes('boolean'))
    return { word: spelled, name: positive, schema, form, negated: true, text };
  return undefined;
}

/** Returns true when the next word is the value of this flag. It must not begin with `--`; for a boolean it is `true` or `false`. */
function takesNext({ schema, form, negated, text }: Flag, next: string | undefined): next is string {
  if (negated || text !== undefined || next === undefined || next.startsWith('--')) return false;
  return form !== 'plain' || !isSwitch(schema) || next === 'true' || next === 'false';
}

function noticeHyphen(word: string, process: Process): void {
  process.stderr.write(`${word} is the text "-". To read the text from stdin, write ${word}:text -\n`);
}

function flagValue(
  { word, name, schema, form, negated }: Flag,
  text: string | undefined,
  next: string | undefined,
): unknown {
  if (negated) return false;
  if (text === undefined) {
    if (isSwitch(schema) && form === 'plain') return true;
    const value = next !== undefined && /^[\w-]{1,60}$/.test(next) ? next : '<value>';
    throw new GantzError('USAGE', `${word} needs a value`, {
      hint: next?.startsWith('--')
        ? `Write a value that begins with "--" after an equals sign: ${word}=${value}.`
        : `Write ${word} <value>, or ${word}=<value> for one that begins with "--".`,
    });
  }
  if (form === 'json') return parseValue(text, word);
  if (form === 'text') return text === '-' || text.startsWith('@') ? new TextSource(word, text) : text;
  return isObjectOnly(schema) ? objectOf({ word, name, text }) : text;
}

/** Parses the text of a flag whose parameter is an object. */
function objectOf({ word, name, text }: { word: string; name: string; text: string }): unknown {
  if (parseStructure(text, ['object'])) return parseObject(text, word);
  const code = text.trimStart().startsWith('{') ? 'INVALID_JSON' : 'INVALID_PARAMETERS';
  const message = `must be a JSON object, not the text ${quote(text)}`;
  throw new GantzError(code, `${word} ${message}`, {
    details: [{ path: pointerOf([name]), message }],
    hint: `Write ${word}:json '{"name":"value"}'.`,
  });
}

/** Adds the value of a flag. Throws USAGE for a repeated flag when its parameter takes one value, or when it has `:json`. */
function setFlag(flags: Map<string, Given>, flag: Flag, value: unknown): void {
  const { word, name, form } = flag;
  const before = flags.get(name);
  if (!before) {
    flags.set(name, { flag, values: [value] });
    return;
  }
  if (form === 'json' || before.flag.form === 'json') {
    throw new GantzError('USAGE', `${word} is given more than once`, {
      hint: `--${name}:json takes the whole value as JSON, once.`,
    });
  }
  const types = typesOf(flag.schema);
  if (types.length > 0 && !types.includes('array'))
    throw new GantzError('USAGE', `${word} is given twice`, { hint: `${flagOf(name)} takes one value.` });
  before.values.push(value);
}

/**
 * Returns the value of a parameter from its flags. The values of a repeated flag become an array. For a list, the text of
 * one flag is the JSON array that it contains; any other text is the only item.
 */
function wholeValue({ flag: { word, schema, form }, values }: Given): unknown {
  const [value] = values;
  if (values.length > 1) return values;
  if (form === 'json' || typeof value !== 'string' || !isList(schema)) return value;
  return form === 'plain' && parseStructure(value, typesOf(schema)) ? parseValue(value, word) : [value];
}

function isList(schema: JsonSchema): boolean {
  const types = typesOf(schema);
  return types.includes('array') && !types.includes('string');
}

function isObjectOnly(schema: JsonSchema): boolean {
  const types = typesOf(schema);
  return types.includes('object') && !types.includes('string') && !types.includes('array');
}

function isSwitch(schema: JsonSchema): boolean {
  return (
    typesOf(schema)
      .filter((type) => type !== 'null')
      .join() === 'boolean'
  );
}

function notASwitch(word: string, text: string): GantzError {
  return new GantzError('USAGE', `${word} takes true or false, not ${quote(text)}`, {
    hint: `${word} without a value means true, and ${word.replace('--', '--no-')} means false.`,
  });
}

function unknownFlag(tool: Tool, word: string): GantzError {
  const wanted = word.slice(2).replace(/:(?:json|text)$/, '');
  const names = Object.keys(tool.inputSchema.properties);
  const meant = nearest(wanted.replace(/^no-/, ''), names);
  return new GantzError('INVALID_PARAMETERS', `${tool.name} has no parameter for ${word}`, {
    details: [
      {
        path: pointerOf([wanted]),
        message: meant ? `is not a parameter; did you mean ${JSON.stringify(meant)}?` : 'is not a parameter',
      },
    ],
    hint: names.length
      ? `It takes ${names.map(flagOf).join(', ')}. Write options of gantz before the name of the tool.`
      : 'It takes no parameters.',
  });
}

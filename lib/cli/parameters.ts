import { flagOf, foldName } from '../contract/names.ts';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import type { JsonSchema, Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import { parseStructure, quote, typesOf } from '../parameters/convert.ts';
import { parseObject, parseValue } from '../parameters/parse.ts';

/**
 * The parameters that stand after a tool's name: one JSON object (as it is, `-` for stdin, `@file`), and flags, which
 * override its members.
 */
export async function readParameters(
  tool: Tool,
  words: readonly string[],
  process: Process,
): Promise<Record<string, unknown>> {
  const { flags, positional } = splitFlags(tool, words);
  if (positional.length > 1) {
    throw new GantzError('USAGE', `${tool.name} takes one JSON object, not ${positional.length} arguments`, {
      hint: `Quote the JSON for the shell: '{"name":"value"}'. Unquoted, it falls into words.`,
    });
  }
  const [source] = positional;
  const members = source === undefined ? {} : parseObject(await textOf(source, process));
  return Object.fromEntries([
    ...Object.entries(members),
    ...[...flags].map(([name, given]) => [name, wholeValue(given)] as const),
  ]);
}

/** The JSON text that an argument stands for. Most are the text itself, and what reads others is not loaded. */
async function textOf(argument: string, process: Process): Promise<string> {
  if (argument !== '-' && !argument.startsWith('@')) return argument;
  const { readParameterText } = await import('./parameter-text.ts');
  return await readParameterText(argument, process);
}

/** A flag as it was first given, and the values of all its repetitions. */
type Given = { flag: Flag; values: unknown[] };

type Flags = { flags: Map<string, Given>; positional: string[] };

function splitFlags(tool: Tool, words: readonly string[]): Flags {
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
        throw new GantzError('USAGE', `${quote(word)} is no flag`, {
          hint: 'Flags begin with "--": --key a.',
        });
      positional.push(word);
      continue;
    }
    const flag = parseFlag(tool, word);
    const next = words[index + 1];
    const taken = takesNext(flag, next) ? next : undefined;
    if (taken !== undefined) index++;
    else if (isSwitch(flag.schema) && /^[a-z]+$/i.test(next ?? '')) throw notASwitch(flag.word, next ?? '');
    setFlag(flags, flag, flagValue(flag, flag.text ?? taken));
  }
  return { flags, positional };
}

type Flag = {
  word: string;
  name: string;
  schema: JsonSchema;
  /** `--value:json` is JSON, `--value:text` is text that is never parsed. */
  form: 'plain' | 'json' | 'text';
  negated: boolean;
  text: string | undefined;
};

function parseFlag(tool: Tool, word: string): Flag {
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
  if (positive !== undefined && schema && typesOf(schema).includes('boolean')) {
    if (text !== undefined || form !== 'plain') throw new GantzError('USAGE', `${spelled} takes no value`);
    return { word: spelled, name: positive, schema, form, negated: true, text: 'false' };
  }
  throw unknownFlag(tool, spelled, wanted);
}

/** Whether the next word is this flag's value: never another flag, and for a boolean only `true` or `false`. */
function takesNext({ schema, form, text }: Flag, next: string | undefined): next is string {
  if (text !== undefined || next === undefined || next.startsWith('--')) return false;
  return form !== 'plain' || !isSwitch(schema) || next === 'true' || next === 'false';
}

function flagValue({ word, name, schema, form, negated }: Flag, text: string | undefined): unknown {
  if (negated) return false;
  if (text === undefined) {
    if (isSwitch(schema) && form === 'plain') return true;
    throw new GantzError('USAGE', `${word} needs a value`, {
      hint: `Write ${word} <value>, or ${word}=<value> for one that begins with "--".`,
    });
  }
  if (form === 'json') return parseValue(text, word);
  return form === 'plain' && isObjectOnly(schema) ? objectOf({ word, name, text }) : text;
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

/** Adds the value of a flag. A flag with `:json` must not be repeated. */
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
    hint: `${word} alone means true, ${word.replace('--', '--no-')} false.`,
  });
}

function unknownFlag(tool: Tool, word: string, wanted: string): GantzError {
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
      ? `It takes ${names.map(flagOf).join(', ')}. Options of gantz itself stand before the tool's name.`
      : 'It takes no parameters.',
  });
}

import { flagOf, foldName } from '../contract/names.ts';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { pointerOf } from '../json/pointer.ts';
import type { JsonSchema, Tool } from '../contract/manifest.ts';
import { nearest } from '../contract/nearest.ts';
import { quote, typesOf } from '../parameters/convert.ts';
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
  const { flags, positional } = splitFlags(tool, words);
  if (positional.length > 1) {
    throw new GantzError('USAGE', `${tool.name} takes one JSON object, not ${positional.length} arguments`, {
      hint: `Quote the JSON: '{"name":"value"}'. The shell splits JSON without quotes into several words.`,
    });
  }
  const [source] = positional;
  const members = source === undefined ? {} : parseObject(await textOf(source, process));
  return Object.fromEntries([
    ...Object.entries(members),
    ...[...flags].map(([name, { value }]) => [name, value] as const),
  ]);
}

/** Returns the JSON text of an argument. The code that reads stdin and files is loaded only when it is needed. */
async function textOf(argument: string, process: Process): Promise<string> {
  if (argument !== '-' && !argument.startsWith('@')) return argument;
  const { readParameterText } = await import('./parameter-text.ts');
  return await readParameterText(argument, process);
}

/** The current value of a flag. `json` is true when it was given as JSON. */
type Given = { json: boolean; value: unknown };

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
        throw new GantzError('USAGE', `${quote(word)} is not a flag`, {
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
  json: boolean;
  negated: boolean;
  text: string | undefined;
};

function parseFlag(tool: Tool, word: string): Flag {
  const equals = word.indexOf('=');
  const text = equals < 0 ? undefined : word.slice(equals + 1);
  const spelled = equals < 0 ? word : word.slice(0, equals);
  const json = spelled.endsWith(':json');
  const wanted = spelled.slice(2, json ? -':json'.length : undefined);
  const { properties } = tool.inputSchema;
  const find = (name: string): string | undefined =>
    Object.hasOwn(properties, name)
      ? name
      : Object.keys(properties).find((key) => foldName(key) === foldName(name));
  const name = find(wanted);
  if (name !== undefined)
    return { word: spelled, name, schema: properties[name] ?? {}, json, negated: false, text };
  const positive = wanted.startsWith('no-') ? find(wanted.slice(3)) : undefined;
  const schema = positive === undefined ? undefined : properties[positive];
  if (positive !== undefined && schema && typesOf(schema).includes('boolean')) {
    if (text !== undefined || json) throw new GantzError('USAGE', `${spelled} takes no value`);
    return { word: spelled, name: positive, schema, json: false, negated: true, text: 'false' };
  }
  throw unknownFlag(tool, spelled, wanted);
}

/** Returns true when the next word is the value of this flag. It must not begin with `--`; for a boolean it is `true` or `false`. */
function takesNext({ schema, json, text }: Flag, next: string | undefined): next is string {
  if (text !== undefined || next === undefined || next.startsWith('--')) return false;
  return json || !isSwitch(schema) || next === 'true' || next === 'false';
}

function flagValue({ word, name, schema, json, negated }: Flag, text: string | undefined): unknown {
  if (negated) return false;
  if (text === undefined) {
    if (isSwitch(schema) && !json) return true;
    throw new GantzError('USAGE', `${word} needs a value`, {
      hint: `Write ${word} <value>, or ${word}=<value> for one that begins with "--".`,
    });
  }
  if (json) return parseValue(text, word);
  const types = typesOf(schema);
  // Text for an object is JSON. Text for an array is one item of it.
  const objectOnly = types.includes('object') && !types.includes('string') && !types.includes('array');
  return objectOnly && text.trimStart().startsWith('{') ? parseObject(text, `--${name}`) : text;
}

/** Adds the value of a flag. The values of a repeated flag become an array; a flag with `:json` must not be repeated. */
function setFlag(flags: Map<string, Given>, flag: Flag, value: unknown): void {
  const { word, name, schema, json } = flag;
  const before = flags.get(name);
  if (before !== undefined && (json || before.json)) {
    throw new GantzError('USAGE', `${word} is given more than once`, {
      hint: `--${name}:json takes the whole value as JSON, once.`,
    });
  }
  if (json) flags.set(name, { json, value });
  else if (before)
    flags.set(name, {
      json,
      value: [...(Array.isArray(before.value) ? (before.value as unknown[]) : [before.value]), value],
    });
  else
    flags.set(name, {
      json,
      value: typesOf(schema).includes('array') && !typesOf(schema).includes('string') ? [value] : value,
    });
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
      ? `It takes ${names.map(flagOf).join(', ')}. Write options of gantz before the name of the tool.`
      : 'It takes no parameters.',
  });
}

import { GantzError } from '../../contract/errors.ts';
import { isExported, isNamespace } from '../keys.ts';
import { FORMAT, TYPES, VERSION, type End, type Header, type Part, type Type } from './format.ts';

/** The number of members of each kind of item of a stream. An entry has any even number of them. */
const STREAM_LENGTHS: Readonly<Record<string, number>> = { state: 4, group: 4, consumer: 3, pending: 6 };

type Fields = Readonly<Record<string, unknown>>;

/** Parses the first line. Throws INVALID_PARAMETERS when it is not the header of an export that this version reads. */
export function parseHeader(text: string): Header {
  const fields = parseFields(text);
  if (fields['success'] === false) {
    throw new GantzError(
      'INVALID_PARAMETERS',
      `The input is the failure of a command: ${String(fields['error'])}`,
    );
  }
  if (fields['format'] !== FORMAT || typeof fields['namespace'] !== 'string') {
    throw new GantzError('INVALID_PARAMETERS', 'The input is not an export: its first line is no header', {
      hint: 'gantz import reads what gantz export writes.',
    });
  }
  if (fields['version'] !== VERSION) {
    const version = JSON.stringify(fields['version']);
    throw new GantzError('INVALID_PARAMETERS', `The export has the format version ${version}`, {
      hint: `This gantz reads version ${VERSION}. Import with the version of gantz that exported, or a newer one.`,
    });
  }
  if (isNamespace(fields['namespace'])) return fields as Header;
  throw new GantzError('INVALID_PARAMETERS', 'The namespace in the first line of the export is not valid');
}

/** Parses any other line. Throws INVALID_JSON, and INVALID_PARAMETERS for a line that no export has. */
export function parseLine(text: string): Part | End {
  const fields = parseFields(text);
  if (fields['end'] === true) {
    if (isObject(fields['types'])) return fields as End;
    throw wrong('types is not an object');
  }
  const { space, name, type, expires_at_ms: expiresAt, part, value, gone } = fields;
  if (typeof space !== 'string' || !isExported(space))
    throw wrong(`space is ${JSON.stringify(space)}, which this version of gantz does not import`);
  if (!isBytes(name)) throw wrong('name is not text');
  if (!isType(type)) throw wrong(`type is not one of ${TYPES.join(', ')}`);
  if (expiresAt !== undefined && !isCount(expiresAt)) throw wrong('expires_at_ms is not a time');
  if (part !== undefined && !isCount(part)) throw wrong('part is not a number');
  if (gone !== true && !isValue(type, value)) throw wrong(`value is not that of a ${type}`);
  return fields as Part;
}

function parseFields(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new GantzError('INVALID_JSON', 'the line is not JSON', { cause });
  }
  if (isObject(value)) return value;
  throw wrong('it is not an object');
}

function isValue(type: Type, value: unknown): boolean {
  if (type === 'string') return isBytes(value);
  return Array.isArray(value) && value.every((item) => isItem(type, item));
}

function isItem(type: Type, item: unknown): boolean {
  if (type === 'list' || type === 'set') return isBytes(item);
  if (!Array.isArray(item)) return false;
  if (type !== 'stream') return item.length === 2 && item.every(isBytes);
  const [kind, ...members] = item as unknown[];
  if (kind === 'entry') return item.length >= 4 && item.length % 2 === 0 && members.every(isBytes);
  return (
    typeof kind === 'string' &&
    Object.hasOwn(STREAM_LENGTHS, kind) &&
    item.length === STREAM_LENGTHS[kind] &&
    members.every((member) => member === null || isCount(member) || isBytes(member))
  );
}

function isBytes(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  return isObject(value) && typeof value['base64'] === 'string';
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isType(type: unknown): type is Type {
  return (TYPES as readonly unknown[]).includes(type);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(why: string): GantzError {
  return new GantzError('INVALID_PARAMETERS', why);
}

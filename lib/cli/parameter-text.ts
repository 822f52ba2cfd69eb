import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Process } from '../contract/process.ts';
import { GantzError } from '../contract/errors.ts';
import { reasonOf } from '../contract/system-error.ts';

/**
 * Returns the text that an argument refers to: all of stdin for `-`, or the content of a file for `@file`. `what` names it in messages. Throws USAGE
 * when the file cannot be read, and INVALID_JSON for bytes that are not UTF-8.
 */
export async function readParameterText(
  argument: string,
  process: Process,
  what = 'The parameters',
): Promise<string> {
  if (argument === '-') return decodeUtf8(await readAll(process.stdin), `${what} from stdin`);
  const file = resolve(process.cwd(), argument.slice(1));
  try {
    return decodeUtf8(await readFile(file), `${what} from ${file}`);
  } catch (error) {
    if (error instanceof GantzError) throw error;
    throw new GantzError(
      'USAGE',
      `Cannot read ${what.replace('The', 'the')} from ${file}: ${reasonOf(error)}`,
      {
        cause: error,
      },
    );
  }
}

async function readAll(stdin: Process['stdin']): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

function decodeUtf8(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new GantzError('INVALID_JSON', `${what}: the bytes are not UTF-8 text`, { cause });
  }
}

import { readFile } from 'node:fs/promises';
import { GantzError } from '../../contract/errors.ts';
import { reasonOf } from '../../contract/system-error.ts';
import type { TlsFiles } from '../target.ts';

/** What a TLS connection uses: contents of PEM files, and the name that the certificate of the server must have. */
export type TlsOptions = { ca?: string; cert?: string; key?: string; servername?: string };

/**
 * Reads the files for TLS. They are read for each new connection, so a renewed certificate needs no restart. Throws
 * NOT_RUNNABLE for a file that cannot be read or that holds no PEM.
 */
export async function loadTls({ servername, ...files }: TlsFiles): Promise<TlsOptions> {
  const options: TlsOptions = { ...(servername !== undefined && { servername }) };
  for (const name of Object.keys(files) as (keyof typeof files)[]) {
    const path = files[name];
    if (path !== undefined) options[name] = await readPem(path, `REDIS_TLS_${name.toUpperCase()}`);
  }
  return options;
}

async function readPem(path: string, variable: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new GantzError('NOT_RUNNABLE', `${variable}: cannot read ${path}: ${reasonOf(error)}`, {
      hint: 'Set the path of a PEM file.',
      cause: error,
    });
  }
  if (!text.includes('-----BEGIN '))
    throw new GantzError('NOT_RUNNABLE', `${variable}: ${path} is not a PEM file`, {
      hint: 'A PEM file begins with -----BEGIN CERTIFICATE----- or -----BEGIN PRIVATE KEY-----.',
    });
  return text;
}

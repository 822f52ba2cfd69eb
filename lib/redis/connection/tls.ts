import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { GantzError } from '../../contract/errors.ts';
import { reasonOf } from '../../contract/system-error.ts';
import type { TlsFiles } from '../target.ts';

/** What a TLS connection uses: contents of PEM files, and the name that the certificate of the server must have. */
export type TlsOptions = { ca?: string; cert?: string; key?: string; servername?: string };

/**
 * Reads the files for TLS. They are read for each new connection, so a renewed certificate needs no restart. Throws
 * NOT_RUNNABLE for a file that cannot be read or does not hold what it should, and for a key of another certificate.
 * Without these checks, Node ignores some of these files, and the failure would be one of the server.
 */
export async function loadTls({ servername, ...files }: TlsFiles): Promise<TlsOptions> {
  const options: TlsOptions = { ...(servername !== undefined && { servername }) };
  const { ca, cert, key } = files;
  if (ca !== undefined) {
    options.ca = await readPem(ca, 'REDIS_TLS_CA');
    parseCertificate(options.ca, `REDIS_TLS_CA: ${ca}`);
  }
  if (cert !== undefined && key !== undefined) {
    options.cert = await readPem(cert, 'REDIS_TLS_CERT');
    options.key = await readPem(key, 'REDIS_TLS_KEY');
    const certificate = parseCertificate(options.cert, `REDIS_TLS_CERT: ${cert}`);
    if (!certificate.checkPrivateKey(parseKey(options.key, `REDIS_TLS_KEY: ${key}`)))
      throw new GantzError(
        'NOT_RUNNABLE',
        `REDIS_TLS_KEY: ${key} is not the key of the certificate ${cert}`,
        {
          hint: 'Set a certificate and the private key that it was made for.',
        },
      );
  }
  return options;
}

function parseCertificate(text: string, what: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new GantzError('NOT_RUNNABLE', `${what} holds no certificate that can be read`, {
      hint: 'Set the path of a PEM file with -----BEGIN CERTIFICATE-----.',
      cause,
    });
  }
}

function parseKey(text: string, what: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const encrypted = text.includes('ENCRYPTED');
    throw new GantzError(
      'NOT_RUNNABLE',
      encrypted ? `${what} is encrypted with a passphrase` : `${what} holds no private key that can be read`,
      {
        hint: encrypted
          ? 'Set a key without a passphrase; openssl pkey -in key.pem -out plain.pem makes one.'
          : 'Set the path of a PEM file with -----BEGIN PRIVATE KEY-----.',
        cause,
      },
    );
  }
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

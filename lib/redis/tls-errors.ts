import { isCertificateError } from '../contract/certificate.ts';

/** The meaning of a failed TLS handshake: `reason` follows "Redis at <address>" in a message. */
type TlsFailure = { reason: string; hint: string };

const CLIENT_CERTIFICATE = 'REDIS_TLS_CERT and REDIS_TLS_KEY, or tls_cert and tls_key in REDIS_URL';

/**
 * Failed handshakes by the code of the error. Node (OpenSSL) and Bun (BoringSSL) give most alerts different prefixes:
 * ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED and ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED.
 */
const TLS_FAILURES: readonly (readonly [code: RegExp, failure: TlsFailure])[] = [
  [
    /_ALERT_CERTIFICATE_REQUIRED$/,
    {
      reason: 'demands a client certificate',
      hint: `Set the PEM files of one in ${CLIENT_CERTIFICATE}.`,
    },
  ],
  [
    // A server with TLS 1.2 answers a missing certificate with this alert too.
    /_ALERT_HANDSHAKE_FAILURE$/,
    {
      reason: 'refused the TLS handshake',
      hint: `It may demand a client certificate: set its PEM files in ${CLIENT_CERTIFICATE}.`,
    },
  ],
  [
    /_ALERT_(?:UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|ACCESS_DENIED|DECRYPT_ERROR)$/,
    {
      reason: 'does not accept the client certificate',
      hint: `Set one that is valid now, and that an authority of the server signed, in ${CLIENT_CERTIFICATE}.`,
    },
  ],
  [
    /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/,
    {
      reason: 'has a certificate for another name',
      hint: 'Write that name as the host in REDIS_URL, or set it in REDIS_TLS_SERVERNAME.',
    },
  ],
  [
    /^CERT_HAS_EXPIRED$/,
    { reason: 'has a certificate that has expired', hint: 'Renew the certificate of the server.' },
  ],
  [
    /^CERT_NOT_YET_VALID$/,
    { reason: 'has a certificate that is not valid yet', hint: 'Check the clock of this machine.' },
  ],
  [
    /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    {
      reason: 'does not use TLS on this port',
      hint: 'Set the port for TLS in REDIS_URL. Or write redis in place of rediss, for a connection without TLS.',
    },
  ],
  [
    /_ALERT_PROTOCOL_VERSION$|^ERR_SSL_UNSUPPORTED_PROTOCOL$/,
    {
      reason: 'has no version of TLS in common with gantz',
      hint: 'Allow TLS 1.2 or 1.3 in tls-protocols of the server.',
    },
  ],
];

/** Returns the meaning of an error of TLS, undefined for any other error. */
export function explainTls(code: string, message: string): TlsFailure | undefined {
  const known = TLS_FAILURES.find(([pattern]) => pattern.test(code))?.[1];
  if (known) return code.includes('ALTNAME') ? withNames(known, message) : known;
  if (isCertificateError(code))
    return {
      reason: `has a certificate that is not trusted (${code})`,
      hint: 'Set the PEM file of the authority that signed it in REDIS_TLS_CA or NODE_EXTRA_CA_CERTS.',
    };
  if (code !== 'EPROTO' && !code.startsWith('ERR_SSL_')) return undefined;
  return {
    reason: `failed the TLS handshake (${code})`,
    hint: 'Check that the server uses TLS on this port, and tls-protocols and tls-ciphers in its configuration.',
  };
}

/** Adds the names in the certificate, which the message of Node and Bun lists at its end. */
function withNames({ reason, hint }: TlsFailure, message: string): TlsFailure {
  const [, names] = /.*(?:altnames|list): (.+)$/.exec(message) ?? [];
  return { reason: names === undefined ? reason : `${reason}: ${names}`, hint };
}

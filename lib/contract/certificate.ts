/** Whether the code of a connection's error says that the server's certificate is not trusted. */
export function isCertificateError(code: string): boolean {
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code);
}

/** What to do then. */
export const TRUST_HINT = 'NODE_EXTRA_CA_CERTS=file.pem adds an authority of your own.';

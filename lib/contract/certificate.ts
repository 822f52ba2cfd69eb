/** Returns true when the error code of a connection means that the server's certificate is not trusted. */
export function isCertificateError(code: string): boolean {
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code);
}

/** The hint of a failure whose error code is one of those. */
export const TRUST_HINT = 'To trust another certificate authority, set NODE_EXTRA_CA_CERTS to its PEM file.';

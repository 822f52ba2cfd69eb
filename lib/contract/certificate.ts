/** Returns true when the error code of a connection means that the server's certificate is not trusted. */
export function isCertificateError(code: string): boolean {
  // An alert such as ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED is about the client's certificate.
  return /^(?!ERR_SSL_).*CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$/.test(code);
}

/** The hint of the failure when the server's certificate is not trusted. */
export const TRUST_HINT = 'To trust another certificate authority, set NODE_EXTRA_CA_CERTS to its PEM file.';

import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures/tls');

/** Paths of the PEM files for TLS. tests/fixtures/tls/make.sh made those that the authority signed. */
export const TLS_FILES = {
  authority: join(folder, 'authority.pem'),
  /** For localhost and 127.0.0.1. */
  server: join(folder, 'server.pem'),
  /** For localhost, expired in 2020. */
  expired: join(folder, 'expired.pem'),
  /** For redis.test. */
  elsewhere: join(folder, 'elsewhere.pem'),
  /** The key of `server`, `expired` and `elsewhere`. */
  serverKey: join(folder, 'server-key.pem'),
  client: join(folder, 'client.pem'),
  clientKey: join(folder, 'client-key.pem'),
  /** A certificate that the authority did not sign. */
  stranger: join(folder, 'secure.test.pem'),
  strangerKey: join(folder, 'secure.test-key.pem'),
} as const;

/** Variables for a client that trusts the authority and has a certificate. */
export const TLS_ENV = {
  REDIS_TLS_CA: TLS_FILES.authority,
  REDIS_TLS_CERT: TLS_FILES.client,
  REDIS_TLS_KEY: TLS_FILES.clientKey,
};

/** Arguments of a redis-server that demands a client certificate. */
export const TLS_ARGS = [
  ...['--tls-cert-file', TLS_FILES.server, '--tls-key-file', TLS_FILES.serverKey],
  ...['--tls-ca-cert-file', TLS_FILES.authority, '--tls-auth-clients', 'yes'],
];

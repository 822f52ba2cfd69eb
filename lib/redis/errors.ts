import {
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  ErrorReply,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
  TimeoutError,
} from '@redis/client';
import { isCertificateError, TRUST_HINT } from '../certificate.ts';
import { GantzError, type Code, type Outcome } from '../errors.ts';

/** What is known of the call that failed. */
export type Circumstances = {
  /** The server, without user and password. */
  where: string;
  /** Whether a command may have left: false while connecting. */
  sent: boolean;
  readOnly: boolean;
};

type Meaning = { code: Code; hint?: string };

const CREDENTIALS = 'Check user and password in REDIS_URL (redis://user:password@host:port).';
const PERMISSION = 'Give this user the permission (ACL SETUSER), or use another one in REDIS_URL.';
const DATABASE = 'Name a database in REDIS_URL that the server has, or none.';
const LATER = 'Try again in a moment.';

/** What the first word of an error reply means. The first four are also what the scripts of tools/lua refuse with. */
const REPLIES: Readonly<Record<string, Meaning>> = {
  WRONGTYPE: { code: 'WRONG_TYPE' },
  NOTFOUND: { code: 'NOT_FOUND' },
  CONFLICT: { code: 'CONFLICT' },
  INVALID: { code: 'INVALID_PARAMETERS' },
  NOAUTH: { code: 'REDIS_AUTH', hint: CREDENTIALS },
  WRONGPASS: { code: 'REDIS_AUTH', hint: CREDENTIALS },
  NOPERM: { code: 'REDIS_AUTH', hint: PERMISSION },
  DENIED: {
    code: 'REDIS_AUTH',
    hint: 'The server is in protected mode: give it a password, or connect from its own machine.',
  },
  LOADING: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  BUSY: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  TRYAGAIN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  MASTERDOWN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  CLUSTERDOWN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  NOREPLICAS: { code: 'REDIS_UNAVAILABLE', hint: 'The server wants more replicas before it takes writes.' },
  READONLY: { code: 'REDIS_UNAVAILABLE', hint: 'This is a replica: point REDIS_URL at the primary.' },
  OOM: {
    code: 'REDIS_UNAVAILABLE',
    hint: 'The server is out of memory: raise its maxmemory, or delete something.',
  },
  MISCONF: { code: 'REDIS_UNAVAILABLE', hint: 'The server cannot write to its disk: see its log.' },
  MOVED: { code: 'REDIS_ERROR', hint: 'This is a node of a cluster, and clusters are not supported yet.' },
  ASK: { code: 'REDIS_ERROR', hint: 'This is a node of a cluster, and clusters are not supported yet.' },
  CROSSSLOT: {
    code: 'REDIS_ERROR',
    hint: 'This is a node of a cluster, and clusters are not supported yet.',
  },
};

/**
 * What a reply means of which Redis says no more than ERR, by how it begins. The only sentences that are looked at: Redis
 * has no word for them, and the first thing that goes wrong on many a server is one of these.
 */
const SENTENCES: readonly (readonly [beginning: string, Meaning & { begun?: true }])[] = [
  [
    'ERR max number of clients',
    {
      code: 'REDIS_UNAVAILABLE',
      hint: 'The server is full: end some of its clients, or raise its maxclients.',
    },
  ],
  ['ERR AUTH ', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR Client sent AUTH', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR invalid password', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR DB index is out of range', { code: 'NOT_RUNNABLE', hint: DATABASE }],
  ['ERR invalid DB index', { code: 'NOT_RUNNABLE', hint: DATABASE }],
  ['ERR SELECT is not allowed', { code: 'NOT_RUNNABLE', hint: DATABASE }],
  // A script may have done something before the command that its user lacks.
  ["ERR The user executing the script can't", { code: 'REDIS_AUTH', hint: PERMISSION, begun: true }],
];

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOENT: 'there is no such socket',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be looked up now',
  EACCES: 'access to it is denied',
  ECONNRESET: 'it closed the connection',
  EPIPE: 'it closed the connection',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
  ETIMEDOUT: 'it does not answer',
};

const CONNECTION_ERRORS = [
  AbortError,
  ClientClosedError,
  ClientOfflineError,
  ConnectionTimeoutError,
  DisconnectsClientError,
  SocketClosedUnexpectedlyError,
  SocketTimeoutError,
  TimeoutError,
];

/** What node-redis threw, as a failure with the right code and outcome; anything else comes back as it is. */
export function explainRedisError(error: unknown, circumstances: Circumstances): unknown {
  if (error instanceof GantzError) return error;
  if (isReply(error)) return explainReply(error, circumstances);
  if (!circumstances.sent || isConnectionError(error)) return explainLoss(error, circumstances);
  return error;
}

/** Whether this is what the server answered. */
export function isReply(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply;
}

/** Whether this is the reply of a server that is still reading its data. */
export function isLoading(error: unknown): boolean {
  return isReply(error) && firstWord(error.message) === 'LOADING';
}

/** The outcome of a call that ended without an answer. */
export function outcomeOf({ sent, readOnly }: Pick<Circumstances, 'sent' | 'readOnly'>): Outcome {
  return sent && !readOnly ? 'unknown' : 'none';
}

/** A reply that is an error: the server did nothing, unless it was a script that ended in its middle. */
function explainReply(error: Error, { where, sent, readOnly }: Circumstances): GantzError {
  const { message } = error;
  const word = firstWord(message);
  const known = REPLIES[word];
  if (known && !known.code.startsWith('REDIS_')) {
    return new GantzError(known.code, message.slice(word.length).trim() || message, { cause: error });
  }
  const spelled = SENTENCES.find(([beginning]) => message.startsWith(beginning))?.[1];
  const { code, hint }: Meaning = known ?? spelled ?? { code: 'REDIS_ERROR' };
  return new GantzError(code, `Redis at ${where} answered ${message}`, {
    outcome: spelled?.begun ? outcomeOf({ sent, readOnly }) : 'none',
    ...(hint !== undefined && { hint }),
    cause: error,
  });
}

function firstWord(message: string): string {
  return /^[A-Z][A-Z0-9_]*(?= |$)/.exec(message)?.[0] ?? '';
}

function isConnectionError(error: unknown): boolean {
  return (
    isForeign(error) ||
    CONNECTION_ERRORS.some((kind) => error instanceof kind) ||
    (error instanceof Error && 'syscall' in error) ||
    Object.hasOwn(REASONS, codeOf(error))
  );
}

/** What node-redis' decoder throws at bytes that no Redis sends; it has no class for it. */
function isForeign(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unknown RESP type');
}

function explainLoss(error: unknown, { where, sent, readOnly }: Circumstances): GantzError {
  if (isForeign(error)) {
    return new GantzError('REDIS_UNAVAILABLE', `What answers at ${where} is no Redis`, {
      outcome: outcomeOf({ sent, readOnly }),
      retryable: false,
      hint: 'Check host and port in REDIS_URL, and whether the server wants rediss:// (TLS).',
      cause: error,
    });
  }
  const code = codeOf(error);
  if (isCertificateError(code)) {
    return new GantzError(
      'REDIS_UNAVAILABLE',
      `The certificate of Redis at ${where} is not trusted (${code})`,
      {
        outcome: outcomeOf({ sent, readOnly }),
        retryable: false,
        hint: TRUST_HINT,
        cause: error,
      },
    );
  }
  const reason = reasonOf(error);
  const message = sent
    ? `The connection to Redis at ${where} was lost: ${reason}`
    : `Redis at ${where} cannot be reached: ${reason}`;
  return new GantzError('REDIS_UNAVAILABLE', message, {
    outcome: outcomeOf({ sent, readOnly }),
    hint: 'Check that the server runs and that REDIS_URL is right; REDIS_URL=embedded: starts one.',
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function reasonOf(error: unknown): string {
  if (error instanceof DisconnectsClientError || error instanceof ClientClosedError) return 'it was closed';
  if (error instanceof SocketClosedUnexpectedlyError) return 'it closed the connection';
  return REASONS[codeOf(error)] ?? (error instanceof Error && error.message ? error.message : codeOf(error));
}

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
} from '@redis/client/dist/lib/errors.js';
import { GantzError, type Code, type Outcome } from '../contract/errors.ts';
import { explainTls } from './tls-errors.ts';

/** The call that failed. */
export type FailedCall = {
  /** The address of the server, without user and password. */
  where: string;
  /** True when a command may have been sent; false while connecting. */
  sent: boolean;
  /** True when the call writes nothing. */
  readOnly: boolean;
};

/** `sentence` replaces the text of the reply in the message. */
type Meaning = { code: Code; hint?: string; sentence?: (where: string) => string };

const CREDENTIALS = 'Check the user and the password in REDIS_URL (redis://user:password@host:port).';
const PERMISSION = 'Give this user the permission (ACL SETUSER), or set another user in REDIS_URL.';
const DATABASE = 'Set a database number in REDIS_URL that the server has, or none.';
const CLUSTER =
  'The server is a node of a cluster: write redis+cluster:// in REDIS_URL (rediss+cluster:// for TLS), with one or more of its nodes.';
const LATER = 'Try again in a moment.';

/** The meaning of the first word of an error reply. The scripts of tools/lua return the first six. */
const REPLY_PREFIXES: Readonly<Record<string, Meaning>> = {
  WRONGTYPE: { code: 'WRONG_TYPE' },
  NOTFOUND: { code: 'NOT_FOUND' },
  CONFLICT: { code: 'CONFLICT' },
  INVALID: { code: 'INVALID_PARAMETERS' },
  OVERLOADED: {
    code: 'OVERLOADED',
    hint: 'Call again when jobs have been acknowledged, or give a larger max_length.',
  },
  TOOLARGE: {
    code: 'OUTPUT_TOO_LARGE',
    hint: 'With an idempotency key, an answer has at most 64 KiB. Call without the key.',
  },
  NOAUTH: { code: 'REDIS_AUTH', hint: CREDENTIALS },
  WRONGPASS: { code: 'REDIS_AUTH', hint: CREDENTIALS },
  NOPERM: { code: 'REDIS_AUTH', hint: PERMISSION },
  DENIED: {
    code: 'REDIS_AUTH',
    hint: 'The server is in protected mode: set a password on it, or connect from its own machine.',
  },
  LOADING: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  BUSY: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  TRYAGAIN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  MASTERDOWN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  CLUSTERDOWN: { code: 'REDIS_UNAVAILABLE', hint: LATER },
  NOREPLICAS: {
    code: 'REDIS_UNAVAILABLE',
    hint: 'The server accepts writes only with more replicas (min-replicas-to-write).',
  },
  READONLY: { code: 'REDIS_UNAVAILABLE', hint: 'This is a replica: point REDIS_URL at the primary.' },
  OOM: {
    code: 'REDIS_UNAVAILABLE',
    hint: 'The server is out of memory: raise its maxmemory, or delete data.',
  },
  MISCONF: { code: 'REDIS_UNAVAILABLE', hint: 'The server cannot write to its disk: see its log.' },
  MOVED: { code: 'NOT_RUNNABLE', hint: CLUSTER, sentence: notServedHere },
  ASK: { code: 'NOT_RUNNABLE', hint: CLUSTER, sentence: notServedHere },
  CROSSSLOT: { code: 'NOT_RUNNABLE', hint: CLUSTER },
};

/** The hints for replies of the scripts in tools/lua, by the reply. */
const SCRIPT_HINTS: Readonly<Record<string, string>> = {
  'CONFLICT The idempotency key was used for another call':
    'A key belongs to one tool and its parameters. Use a new key for each call that is not a repetition.',
  'WRONGTYPE The value is not an integer':
    'Store a counter as a number, such as {"key":"n","value":5} or --key n --value:json 5; "5" is text. An absent key counts as 0.',
  'WRONGTYPE The field is not an integer':
    'Store the field as a number, such as {"key":"h","mapping":{"n":5}}; "5" is text. An absent field counts as 0.',
};

/**
 * The meaning of replies that have only the general prefix ERR, by how they begin. These are frequent mistakes in a new
 * set-up.
 */
const ERR_REPLIES: readonly (readonly [beginning: string, Meaning])[] = [
  [
    'ERR max number of clients',
    {
      code: 'REDIS_UNAVAILABLE',
      hint: 'The server has too many clients: close some of them, or raise its maxclients.',
    },
  ],
  ['ERR AUTH ', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR Client sent AUTH', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR invalid password', { code: 'REDIS_AUTH', hint: CREDENTIALS }],
  ['ERR DB index is out of range', { code: 'NOT_RUNNABLE', hint: DATABASE }],
  ['ERR invalid DB index', { code: 'NOT_RUNNABLE', hint: DATABASE }],
  ['ERR SELECT is not allowed', { code: 'NOT_RUNNABLE', hint: DATABASE }],
];

/**
 * Replies to a command that a script sent: of Redis 6.2 and 7.0, and of later versions and Valkey. With EVALSHA itself
 * refused, nothing has run, and the reply is a plain NOPERM.
 */
const DENIED_IN_SCRIPT = /The user executing the script can't|ACL failure in script/;
const FAILED_IN_SCRIPT = /@user_script|Error running script|called from (?:Lua )?script/;
const UNKNOWN_COMMAND = /^ERR unknown command ['`]([^'`]*)['`]/i;
const UNKNOWN_IN_SCRIPT = /Unknown (?:Redis )?command called from/;

const RENAMED =
  'The server is older than Redis 6.2, or its configuration renames or removes a command (rename-command). If it is a Sentinel, write redis+sentinel:// in REDIS_URL (rediss+sentinel:// for TLS).';
const CHANNELS =
  'The channels of this user must have &<namespace>:* and, for a subscription with a pattern, &<namespace>:channel:<pattern> with the same pattern (ACL SETUSER).';

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

/** Converts an error of node-redis to a GantzError with its code and outcome. Returns any other error unchanged. */
export function explainRedisError(error: unknown, call: FailedCall): unknown {
  if (error instanceof GantzError) return error;
  if (isReply(error)) return explainReply(error, call);
  if (!call.sent || isConnectionError(error)) return explainConnectionError(error, call);
  return error;
}

/** Returns true when the error is an error reply of the server. */
export function isReply(error: unknown): error is ErrorReply {
  return error instanceof ErrorReply;
}

/** Returns true when the error is the reply of a server that is still loading its data. */
export function isLoading(error: unknown): boolean {
  return isReply(error) && firstWord(error.message) === 'LOADING';
}

/** Returns true when the error is the reply of a replica, which may have been the master before. */
export function isNotMaster(error: unknown): boolean {
  return isReply(error) && ['READONLY', 'MASTERDOWN'].includes(firstWord(error.message));
}

/** Returns true when the server closed the connection or sent a TLS alert, as a server with TLS does after plain text. */
export function isClosedByServer(error: unknown): boolean {
  return (
    error instanceof SocketClosedUnexpectedlyError ||
    ['ECONNRESET', 'EPIPE'].includes(codeOf(error)) ||
    // The first byte of a TLS alert is 21.
    (isNotRedis(error) && error instanceof Error && error.message.startsWith('Unknown RESP type 21 '))
  );
}

/** Returns the outcome of a call that got no reply. */
export function outcomeOf({ sent, readOnly }: Pick<FailedCall, 'sent' | 'readOnly'>): Outcome {
  return sent && !readOnly ? 'unknown' : 'none';
}

/** Converts an error reply. The server has written nothing, unless a script failed after its first write. */
function explainReply(error: Error, { where, sent, readOnly }: FailedCall): GantzError {
  const { message } = error;
  const word = firstWord(message);
  const known = REPLY_PREFIXES[word];
  if (known && !known.code.startsWith('REDIS_')) {
    const hint = Object.hasOwn(SCRIPT_HINTS, message) ? SCRIPT_HINTS[message] : known.hint;
    const sentence = known.sentence?.(where) ?? (message.slice(word.length).trim() || message);
    return new GantzError(known.code, sentence, {
      ...(hint !== undefined && { hint }),
      cause: error,
    });
  }
  const inScript = DENIED_IN_SCRIPT.test(message) || FAILED_IN_SCRIPT.test(message);
  const { code, hint }: Meaning = known ?? generalMeaning(message);
  const mayHaveWritten = inScript && (code === 'REDIS_AUTH' || code === 'REDIS_ERROR');
  return new GantzError(code, sentenceOf(message, where), {
    // A script may have written before its command that failed. The other replies refuse its first write.
    outcome: mayHaveWritten ? outcomeOf({ sent, readOnly }) : 'none',
    ...(hint !== undefined && { hint: word === 'NOPERM' && /channel/.test(message) ? CHANNELS : hint }),
    cause: error,
  });
}

/** Returns the failure of a listing while slots of a cluster move. */
export function slotsMove(cause?: unknown): GantzError {
  return new GantzError('CONFLICT', 'The cluster moves slots now, so a listing could miss keys', {
    retryable: true,
    hint: 'List again, without a cursor, when the slots have moved.',
    cause,
  });
}

function notServedHere(where: string): string {
  return `Redis at ${where} is a node of a cluster, and another node serves this key`;
}

/** Returns the meaning of a reply without a known prefix. */
function generalMeaning(message: string): Meaning {
  const begins = ERR_REPLIES.find(([beginning]) => message.startsWith(beginning))?.[1];
  if (begins) return begins;
  if (DENIED_IN_SCRIPT.test(message)) return { code: 'REDIS_AUTH', hint: PERMISSION };
  if (UNKNOWN_COMMAND.test(message) || UNKNOWN_IN_SCRIPT.test(message))
    return { code: 'REDIS_ERROR', hint: RENAMED };
  return { code: 'REDIS_ERROR' };
}

/** Returns the message for an error reply, without the name of the user and without arguments. */
function sentenceOf(message: string, where: string): string {
  const [, command] = UNKNOWN_COMMAND.exec(message) ?? [];
  if (command !== undefined) return `Redis at ${where} has no command ${command.toUpperCase()}`;
  return `Redis at ${where} answered ${message.replace(/\bUser \S+ has no/, 'this user has no')}`;
}

/**
 * Returns true when the error is the reply of a server that does not run `command` for this user, because it is denied or
 * renamed.
 */
export function isRefused(error: unknown, command: string): boolean {
  if (!isReply(error)) return false;
  const [, unknown] = UNKNOWN_COMMAND.exec(error.message) ?? [];
  const [, denied] = /^NOPERM .*'([^']+)' command/.exec(error.message) ?? [];
  return [unknown, denied].some((name) => name?.toUpperCase() === command);
}

/** Returns the first word of an error reply, empty when it is not in upper case. */
export function firstWord(message: string): string {
  return /^[A-Z][A-Z0-9_]*(?= |$)/.exec(message)?.[0] ?? '';
}

function isConnectionError(error: unknown): boolean {
  return (
    isNotRedis(error) ||
    CONNECTION_ERRORS.some((kind) => error instanceof kind) ||
    (error instanceof Error && 'syscall' in error) ||
    Object.hasOwn(REASONS, codeOf(error)) ||
    explainTls(codeOf(error), '') !== undefined
  );
}

/**
 * Returns true for the error of node-redis' decoder on bytes that no Redis sends. The error has no class of its own.
 */
function isNotRedis(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Unknown RESP type');
}

function explainConnectionError(error: unknown, { where, sent, readOnly }: FailedCall): GantzError {
  if (isNotRedis(error)) {
    return new GantzError('REDIS_UNAVAILABLE', `The server at ${where} is not a Redis server`, {
      outcome: outcomeOf({ sent, readOnly }),
      retryable: false,
      hint: 'Check the host and the port in REDIS_URL. Write rediss:// when the server uses TLS.',
      cause: error,
    });
  }
  const code = codeOf(error);
  const tls = explainTls(code, error instanceof Error ? error.message : '');
  if (tls) {
    return new GantzError('REDIS_UNAVAILABLE', `Redis at ${where} ${tls.reason}`, {
      outcome: outcomeOf({ sent, readOnly }),
      retryable: false,
      hint: tls.hint,
      cause: error,
    });
  }
  const reason = reasonOf(error);
  const message = sent
    ? `The connection to Redis at ${where} was lost: ${reason}`
    : `Redis at ${where} cannot be reached: ${reason}`;
  return new GantzError('REDIS_UNAVAILABLE', message, {
    outcome: outcomeOf({ sent, readOnly }),
    hint: 'Check that the server runs and that REDIS_URL is right; REDIS_URL=embedded: starts a private server.',
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

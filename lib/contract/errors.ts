/** Every failure code of an envelope: its exit status, its HTTP status, and whether a repeated call may succeed. */
export const CODES = {
  NOT_FOUND: { exit: 1, http: 404, retryable: false },
  CONFLICT: { exit: 1, http: 409, retryable: false },
  WRONG_TYPE: { exit: 1, http: 409, retryable: false },
  SCRIPT_FAILED: { exit: 1, http: 502, retryable: false },
  HANDLER_FAILED: { exit: 1, http: 502, retryable: false },
  HTTP_STATUS: { exit: 1, http: 502, retryable: false },
  UNEXPECTED_ANSWER: { exit: 1, http: 502, retryable: false },
  OUTPUT_TOO_LARGE: { exit: 1, http: 502, retryable: false },
  RETURNS_MISMATCH: { exit: 1, http: 502, retryable: false },
  REDIS_ERROR: { exit: 1, http: 502, retryable: false },
  RATE_LIMITED: { exit: 1, http: 429, retryable: true },
  CIRCUIT_OPEN: { exit: 1, http: 503, retryable: true },
  CHECK_FAILED: { exit: 1, http: 500, retryable: false },
  TEST_FAILED: { exit: 1, http: 500, retryable: false },
  CANCELLED: { exit: 1, http: 499, retryable: true },
  USAGE: { exit: 2, http: 400, retryable: false },
  UNKNOWN_TOOL: { exit: 2, http: 404, retryable: false },
  INVALID_JSON: { exit: 2, http: 400, retryable: false },
  INVALID_PARAMETERS: { exit: 2, http: 400, retryable: false },
  FORBIDDEN: { exit: 2, http: 403, retryable: false },
  MANIFEST_NOT_FOUND: { exit: 3, http: 500, retryable: false },
  MANIFEST_INVALID: { exit: 3, http: 500, retryable: false },
  NOT_RUNNABLE: { exit: 3, http: 500, retryable: false },
  REDIS_UNAVAILABLE: { exit: 4, http: 503, retryable: true },
  REDIS_AUTH: { exit: 4, http: 503, retryable: false },
  REDIS_NOT_INSTALLED: { exit: 4, http: 503, retryable: false },
  UPSTREAM_UNAVAILABLE: { exit: 4, http: 503, retryable: true },
  OVERLOADED: { exit: 4, http: 503, retryable: true },
  TIMEOUT: { exit: 5, http: 504, retryable: true },
  INTERNAL: { exit: 70, http: 500, retryable: false },
} as const satisfies Record<string, { exit: number; http: number; retryable: boolean }>;

/** A stable failure code. */
export type Code = keyof typeof CODES;

/** The effect of a failed call: `none` it has none, `applied` it has taken place, `unknown` it may have taken place. */
export type Outcome = 'none' | 'applied' | 'unknown';

/** One problem of the caller's input; `path` is a JSON Pointer into the parameters, '' for the whole. */
export type Detail = { path: string; message: string };

/** The envelope of a failure. */
export type Failure = {
  success: false;
  error: string;
  code: Code;
  retryable: boolean;
  outcome: Outcome;
  hint?: string;
  details?: readonly Detail[];
} & Record<string, unknown>;

type FailureOptions = {
  outcome?: Outcome;
  hint?: string;
  details?: readonly Detail[];
  /** More fields of the failure envelope, such as a script's `exit_code` and `stderr`. */
  fields?: Readonly<Record<string, unknown>>;
  /** Overrides `retryable` of the code. */
  retryable?: boolean;
  cause?: unknown;
};

/** A failure that is reported to the caller. `message` is a sentence for a person; `outcome` is `none` by default. */
export class GantzError extends Error {
  override readonly name = 'GantzError';
  readonly code: Code;
  readonly outcome: Outcome;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly details: readonly Detail[] | undefined;
  readonly fields: Readonly<Record<string, unknown>> | undefined;

  constructor(code: Code, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.outcome = options.outcome ?? 'none';
    this.retryable = options.retryable ?? CODES[code].retryable;
    this.hint = options.hint;
    this.details = options.details;
    this.fields = options.fields;
  }

  /** The envelope of this failure. */
  get envelope(): Failure {
    const { message, code, retryable, outcome, hint, details, fields } = this;
    return {
      success: false,
      error: message,
      code,
      retryable,
      outcome,
      ...(hint !== undefined && { hint }),
      ...(details && { details }),
      ...fields,
    };
  }
}

/** Returns a copy of a failure with another outcome. */
export function withOutcome(error: GantzError, outcome: Outcome): GantzError {
  return copyOf(error, { outcome });
}

/** Returns a copy of a failure with more fields. */
export function withFields(error: GantzError, fields: Readonly<Record<string, unknown>>): GantzError {
  return copyOf(error, { fields: { ...error.fields, ...fields } });
}

/** Returns a failure without one of its fields. */
export function withoutField(error: GantzError, name: string): GantzError {
  const { [name]: _, ...fields } = error.fields ?? {};
  return copyOf(error, { fields });
}

function copyOf(error: GantzError, changes: FailureOptions): GantzError {
  const { code, message, hint, details, fields, outcome, retryable, cause } = error;
  return new GantzError(code, message, {
    outcome,
    retryable,
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
    ...(fields && { fields }),
    ...(cause !== undefined && { cause }),
    ...changes,
  });
}

/** Returns the failure of an envelope. */
export function fromEnvelope(envelope: Failure): GantzError {
  const { success: _, error, code, hint, details, retryable, outcome, ...fields } = envelope;
  return new GantzError(code, error, {
    retryable,
    outcome,
    fields,
    ...(hint !== undefined && { hint }),
    ...(details && { details }),
  });
}

/** Returns a thrown value as a GantzError. Any other value is a bug: INTERNAL, with the outcome `unknown`. */
export function toGantzError(thrown: unknown): GantzError {
  if (thrown instanceof GantzError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new GantzError('INTERNAL', `Internal error: ${message}`, {
    outcome: 'unknown',
    hint: 'This is a bug in gantz. Set GANTZ_DEBUG=1 to see where it occurred, and report it.',
    cause: thrown,
  });
}

/** Renders a failure as text for a person: its message, and its hint unless the message contains it. */
export function explain(thrown: unknown): string {
  const { message, hint } = toGantzError(thrown);
  return hint === undefined || message.includes(hint) ? message : `${message}\n${hint}`;
}

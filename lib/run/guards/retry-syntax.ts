import { CODES, type Code } from '../../contract/errors.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Tool } from '../../contract/manifest.ts';
import type { Keys } from '../../manifest/keys.ts';
import { asMap, readFields } from '../../manifest/parse/fields.ts';
import { readDuration, readNumber, readText } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import type { Node } from '../../manifest/yaml/node.ts';
import { error, warn, type Problems } from '../../manifest/yaml/problems.ts';
import { describeMs } from './durations.ts';
import type { Settings } from './settings.ts';

const MOST_ATTEMPTS = 100;
const BACKOFF_MS = 200;
const MAX_BACKOFF_MS = 10_000;

const FIELDS = {
  attempts: { kind: 'count', about: 'How often the action runs at most, the first time included.' },
  backoff: {
    kind: 'duration',
    about: 'The pause before the second attempt, 200ms by default. It doubles for each further one.',
  },
  max_backoff: { kind: 'duration', about: 'The longest pause, 10s by default.' },
  attempt_timeout: { kind: 'duration', about: 'The time limit of one attempt.' },
  on: {
    kind: 'texts',
    about: 'Codes of failures that are repeated although they are not retryable, such as HTTP_STATUS.',
  },
} as const satisfies Keys;

/** `retry: 3`, or a map. */
export const retrySyntax: GuardSyntax<Settings['retry']> = {
  fields: FIELDS,
  parse(problems, node) {
    if (node.kind === 'scalar') {
      const attempts = readAttempts(problems, node);
      return attempts === undefined
        ? undefined
        : { attempts, backoffMs: BACKOFF_MS, maxBackoffMs: MAX_BACKOFF_MS };
    }
    const map = asMap(problems, node, '`retry`', 'Write retry: 3, or retry: { attempts: 3 }');
    if (!map) return undefined;
    const fields = readFields(problems, map, FIELDS, 'retry');
    const attempts = fields.attempts ? readAttempts(problems, fields.attempts) : 3;
    const backoffMs = fields.backoff ? readDuration(problems, fields.backoff, '`backoff`') : BACKOFF_MS;
    const maxBackoffMs = fields.max_backoff
      ? readDuration(problems, fields.max_backoff, '`max_backoff`')
      : Math.max(MAX_BACKOFF_MS, backoffMs ?? 0);
    const attemptTimeoutMs =
      fields.attempt_timeout && readDuration(problems, fields.attempt_timeout, '`attempt_timeout`');
    const on = fields.on && readCodes(problems, fields.on);
    if (attempts === undefined || backoffMs === undefined || maxBackoffMs === undefined) return undefined;
    if (fields.max_backoff && maxBackoffMs < backoffMs) {
      error(
        problems,
        fields.max_backoff.at,
        `\`max_backoff\` is shorter than \`backoff\`, ${describeMs(backoffMs)}${fields.backoff ? '' : ' by default'}`,
      );
      return;
    }
    return {
      attempts,
      backoffMs,
      maxBackoffMs,
      ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
      ...(on && { on }),
    };
  },
  check(problems, at, setting, tool) {
    const { kind = '' } = tool.action ?? {};
    const failure = FAILURES[kind];
    if (failure === undefined || setting.attempts === 1 || mayApply(setting, tool, failure)) return;
    const safe = isSafe(tool);
    const additions = [
      ...(setting.on?.includes(failure) ? [] : [`on: [${failure}]`]),
      ...(safe ? [] : ['annotations: { idempotentHint: true } (or readOnlyHint) when a second run is safe']),
    ];
    const reported = `{"success":false,"retryable":true${safe ? '' : ',"outcome":"none"'}}`;
    warn(
      problems,
      at,
      safe
        ? `\`retry\` never applies: ${failure} is not retryable, unless the ${kind} says otherwise`
        : `\`retry\` never applies: a ${kind} that failed may have had an effect, unless it says otherwise`,
      `Add ${additions.join(', and ')}; or let the ${kind} return ${reported}.`,
    );
  },
  schema: () => ({ type: 'integer', minimum: 1, maximum: MOST_ATTEMPTS }),
};

/**
 * The failure of an action that ran, by its kind. The actions of other kinds can fail before they have an effect, as when the server
 * refuses the connection, so `retry` applies to them.
 */
const FAILURES: Readonly<Record<string, Code>> = { script: 'SCRIPT_FAILED', handler: 'HANDLER_FAILED' };

/** The guards inside `retry` that refuse calls. Their failures are retryable, and come before the action. */
const REFUSING = ['circuit_breaker', 'rate_limit', 'concurrency'] as const;

/** Returns false when no failure of a script or a handler is repeated, except one that it reports itself. */
function mayApply({ on = [], attemptTimeoutMs }: Settings['retry'], tool: Tool, failure: Code): boolean {
  const guards = tool.guards?.settings ?? {};
  if (REFUSING.some((key) => Object.hasOwn(guards, key))) return true;
  const ofRun: readonly Code[] = [failure, 'OUTPUT_TOO_LARGE', 'RETURNS_MISMATCH', 'TIMEOUT'];
  // Any other code comes before the action runs, or the action reports it.
  if (on.some((code) => !ofRun.includes(code))) return true;
  // After a TIMEOUT of the whole call, no time is left.
  return isSafe(tool) && (attemptTimeoutMs !== undefined || on.some((code) => code !== 'TIMEOUT'));
}

function isSafe({ annotations: { readOnlyHint, idempotentHint } }: Tool): boolean {
  return readOnlyHint === true || idempotentHint === true;
}

function readAttempts(problems: Problems, node: Node): number | undefined {
  const attempts = readNumber(problems, node, '`attempts`');
  if (attempts === undefined) return;
  if (Number.isInteger(attempts) && attempts >= 1 && attempts <= MOST_ATTEMPTS) return attempts;
  error(problems, node.at, `\`attempts\` must be an integer from 1 to ${MOST_ATTEMPTS}, not ${attempts}`);
}

function readCodes(problems: Problems, node: Node): Code[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    const code = readText(problems, item, 'Each item of `on`');
    if (code === undefined) return [];
    if (isCode(code)) return [code];
    const meant = nearest(code, Object.keys(CODES));
    error(
      problems,
      item.at,
      `${JSON.stringify(code)} is not a code of a failure`,
      meant === undefined ? `The codes are ${Object.keys(CODES).join(', ')}.` : `Did you mean ${meant}?`,
    );
    return [];
  });
}

function isCode(text: string): text is Code {
  return Object.hasOwn(CODES, text);
}

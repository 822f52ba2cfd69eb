import { CODES, type Code } from '../../contract/errors.ts';
import { nearest } from '../../contract/nearest.ts';
import type { Tool } from '../../contract/manifest.ts';
import type { Keys } from '../../manifest/keys.ts';
import { asMap, readFields } from '../../manifest/parse/fields.ts';
import { readCount, readDuration, readText } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import type { Node } from '../../manifest/yaml/node.ts';
import { error, warn, type Problems } from '../../manifest/yaml/problems.ts';
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
    return {
      attempts,
      backoffMs,
      maxBackoffMs,
      ...(attemptTimeoutMs !== undefined && { attemptTimeoutMs }),
      ...(on && { on }),
    };
  },
  check(problems, at, { on = [] }, tool) {
    if (mayApply(tool, on)) return;
    warn(
      problems,
      at,
      '`retry` can never apply: a script that has failed may have had an effect',
      'Add annotations: { idempotentHint: true } (or readOnlyHint) when a second run is safe.',
    );
  },
  schema: () => ({ type: 'integer', minimum: 1, maximum: MOST_ATTEMPTS }),
};

/**
 * Returns false for a tool none of whose failures is both retryable and safe to repeat. HTTP requests may fail before they are
 * sent, and the operations on Redis before they are executed.
 */
function mayApply(
  { action, annotations: { readOnlyHint, idempotentHint } }: Tool,
  on: readonly Code[],
): boolean {
  const isSafe = readOnlyHint === true || idempotentHint === true;
  return isSafe || (action?.kind !== 'script' && action?.kind !== 'handler') || on.includes('OVERLOADED');
}

function readAttempts(problems: Problems, node: Node): number | undefined {
  const attempts = readCount(problems, node, '`attempts`');
  if (attempts === undefined || (attempts >= 1 && attempts <= MOST_ATTEMPTS)) return attempts;
  error(problems, node.at, `\`attempts\` must be from 1 to ${MOST_ATTEMPTS}, not ${attempts}`);
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

import type { Result } from '../../contract/envelope.ts';
import { GantzError, toGantzError, withOutcome, type Outcome } from '../../contract/errors.ts';
import { resultOf } from '../action-output.ts';
import type { Invocation } from '../invocation.ts';
import { readContent, type Content } from './content.ts';
import { extract, parsePath, quoteLongNumbers, type Step } from './extract.ts';
import { follow, type FinalResponse } from './follow.ts';
import type { HttpAction } from './http-action.ts';
import { readBody } from './read-body.ts';
import { buildRequest, type HttpRequest } from './request.ts';
import { retryAfterMsOf } from './retry-after.ts';
import { templateInputOf } from './template-input.ts';

/** The part of the body of an HTTP_STATUS failure that the envelope contains, in bytes. */
const MAX_FAILURE_BODY_BYTES = 64 * 1024;
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** The statuses with which a server refuses a request, when it says in Retry-After how long. */
const REFUSED: ReadonlySet<number> = new Set([429, 503]);
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
// The longest delay of a timer.
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs an `http` action. Returns `status`, and `result` for a JSON response, `output` for text, or `base64` with
 * `content_type` for other bytes. Throws HTTP_STATUS for a status of 400 or more, OUTPUT_TOO_LARGE for more than
 * `maxOutputBytes` bytes, TIMEOUT at the deadline of the call, and as `buildRequest` and `follow`.
 */
export async function runHttp(invocation: Invocation<HttpAction>): Promise<Result> {
  const { tool, call, maxOutputBytes } = invocation;
  const { action } = tool;
  const steps = stepsOf(action);
  const request = buildRequest(action, templateInputOf(invocation));
  const safe = SAFE.has(request.method) || tool.annotations.readOnlyHint === true;
  const limits = new AbortController();
  const cancel = (): void => limits.abort(call.signal?.reason);
  const timer = setTimeout(
    () => limits.abort(call.deadline.error(request.shown)),
    Math.min(call.deadline.remainingMs(), MAX_TIMER_MS),
  );
  if (call.signal?.aborted) cancel();
  call.signal?.addEventListener('abort', cancel, { once: true });
  try {
    const answered = await follow(
      request,
      { safe, environment: invocation.environment, span: call.span },
      limits.signal,
    );
    const status = answered.response.statusCode ?? 0;
    const limit = status >= 400 ? Math.min(MAX_FAILURE_BODY_BYTES, maxOutputBytes) : maxOutputBytes;
    const body = await readBody(answered, limit, limits.signal).catch((error: unknown) => {
      throw withOutcome(toGantzError(error), safe ? 'none' : 'unknown');
    });
    const content = readContent(body.bytes, answered.response.headers['content-type']);
    if (status >= 400) throw statusFailure(request, answered, { content, cut: body.cut, safe });
    const outcome = safe ? 'none' : 'applied';
    if (body.cut) {
      throw new GantzError(
        'OUTPUT_TOO_LARGE',
        `${request.shown} returned more than ${maxOutputBytes} bytes`,
        {
          outcome,
          hint: 'Request less data, or raise the limit with --max-output.',
          fields: { status },
        },
      );
    }
    if (steps)
      return resultOf({
        json: extracted(content, steps, { action, shown: request.shown, status, outcome }),
        fields: { status },
      });
    if (content.kind === 'text' && content.lossy !== undefined && !tool.outputSchema) {
      call.notice(
        `${tool.name}: the number ${content.lossy} would lose digits, so the response is returned as text`,
      );
    }
    return resultOfContent(content, status);
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener('abort', cancel);
  }
}

function stepsOf({ extractJson }: HttpAction): Step[] | undefined {
  if (extractJson === undefined) return undefined;
  const steps = parsePath(extractJson);
  if (steps) return steps;
  throw new GantzError('MANIFEST_INVALID', `extract_json is not a path: ${JSON.stringify(extractJson)}`, {
    hint: "Write a path such as data.items[0].name, $.data or data['a name'].",
  });
}

function resultOfContent(content: Content, status: number): Result {
  const fields = { status };
  switch (content.kind) {
    case 'json':
      return resultOf({ json: content.value, text: content.text, fields });
    case 'text':
      return resultOf({ text: content.text, fields });
    case 'bytes':
      return { base64: content.base64, content_type: content.type, ...fields };
  }
}

function extracted(
  content: Content,
  steps: readonly Step[],
  { action, shown, status, outcome }: { action: HttpAction; shown: string; status: number; outcome: Outcome },
): unknown {
  const unexpected = (message: string): GantzError =>
    new GantzError('UNEXPECTED_ANSWER', `${shown} answered ${status}, but ${message}`, {
      outcome,
      fields: { status },
    });
  const json = content.kind === 'json' || (content.kind === 'text' && content.lossy !== undefined);
  if (!json)
    throw unexpected(
      `the response is not JSON, so extract_json ${action.extractJson ?? ''} cannot be applied`,
    );
  // Numbers that JSON.parse would round become strings of their digits.
  const value: unknown = content.kind === 'json' ? content.value : JSON.parse(quoteLongNumbers(content.text));
  const found = extract(value, steps);
  if ('value' in found) return found.value;
  throw unexpected(`extract_json ${action.extractJson ?? ''} has no value: ${found.missing}`);
}

function statusFailure(
  { shown, url: first }: HttpRequest,
  { response, url }: FinalResponse,
  { content, cut, safe }: { content: Content; cut: boolean; safe: boolean },
): GantzError {
  const { statusCode: status = 0, statusMessage = '' } = response;
  const body =
    content.kind === 'json' ? content.value : content.kind === 'text' ? content.text : content.base64;
  const redirect = url.origin === first.origin ? '' : `, redirected to ${url.origin},`;
  const retryAfterMs = REFUSED.has(status) ? retryAfterMsOf(response.headers) : undefined;
  return new GantzError(
    'HTTP_STATUS',
    `${shown}${redirect} answered ${`${status} ${statusMessage}`.trim()}`,
    {
      // A server that names the time for another request has refused this one.
      outcome: safe || retryAfterMs !== undefined ? 'none' : 'unknown',
      retryable: RETRYABLE.has(status),
      fields: {
        status,
        body,
        ...(cut && { body_truncated: true }),
        ...(retryAfterMs !== undefined && { retry_after_ms: retryAfterMs }),
      },
    },
  );
}

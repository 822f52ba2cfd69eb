import { GantzError } from '../../contract/errors.ts';
import type { TraceHeaders } from '../../contract/span.ts';
import { VERSION } from '../../generated/version.ts';
import { renderBody } from './body.ts';
import { decode } from './proxy.ts';
import { isToken, renderHeaders, type HeaderFields } from './headers.ts';
import type { HttpAction } from './http-action.ts';
import { renderText, type TemplateInput } from './template-input.ts';
import { renderUrl } from './url.ts';
import { renderValue } from '../template.ts';

/** One request that is ready to be sent. */
export type HttpRequest = {
  method: string;
  url: URL;
  /** The headers of the manifest. They are sent only to the origin of the manifest's URL. */
  headers: HeaderFields;
  /** The bytes and media type of the body. */
  body: { bytes: Buffer; type: string } | undefined;
  /** `METHOD url` for messages, without secrets. */
  shown: string;
  /** Returns the URL for traces, without secrets and values of parameters. */
  redacted: () => string;
};

/**
 * Builds the request of an action from the values of its parameters. Throws MANIFEST_INVALID for a method, URL or header
 * that cannot be sent, and INVALID_PARAMETERS for a value that cannot be placed in the request.
 */
export function buildRequest(action: HttpAction, input: TemplateInput): HttpRequest {
  const method = (renderText(action.method, input, renderValue) ?? 'GET').trim().toUpperCase();
  if (!isToken(method) || method === 'CONNECT') {
    throw new GantzError('MANIFEST_INVALID', `${JSON.stringify(method)} is not an HTTP method`);
  }
  const { url, shown, redacted } = renderUrl(action, input);
  const headers = { ...authorization(url), ...renderHeaders(action.headers, input) };
  url.username = '';
  url.password = '';
  const rendered = renderBody(
    action.body,
    { contentType: headers['content-type'], arrays: action.arrays },
    input,
  );
  const body = rendered && { bytes: Buffer.from(rendered.text), type: rendered.type };
  return { method, url, headers, body, shown: `${method} ${shown}`, redacted };
}

/**
 * Returns the headers to send: the defaults, those of the manifest unless the origin is another one, and those of the body. `trace` are
 * the headers of the trace, unless the manifest has them.
 */
export function headersToSend(
  { method, headers, body }: HttpRequest,
  { otherOrigin, trace }: { otherOrigin: boolean; trace: TraceHeaders | undefined },
): HeaderFields {
  const own = otherOrigin ? {} : headers;
  return {
    accept: 'application/json, */*;q=0.9',
    'accept-encoding': 'gzip, br',
    'user-agent': `gantz/${VERSION}`,
    ...('traceparent' in own ? {} : trace),
    ...own,
    ...(body && { 'content-type': body.type }),
    ...((body || !/^(?:GET|HEAD|OPTIONS|DELETE)$/.test(method)) && {
      'content-length': String(body?.bytes.length ?? 0),
    }),
  };
}

function authorization({ username, password }: URL): HeaderFields {
  if (username === '' && password === '') return {};
  const pair = `${decode(username)}:${decode(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

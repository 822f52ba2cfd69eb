import { GantzError } from '../../contract/errors.ts';
import { VERSION } from '../../generated/version.ts';
import { renderBody } from './body.ts';
import { isToken, renderHeaders, type Headers } from './headers.ts';
import type { HttpAction } from './http-action.ts';
import { renderText, type Source } from './source.ts';
import { renderUrl } from './url.ts';
import { renderValue } from '../template.ts';

/** One request, ready to send. */
export type HttpRequest = {
  method: string;
  url: URL;
  /** What the manifest says; it stays with the origin that it was written for. */
  headers: Headers;
  /** The text to send, its type, and whether it holds anything of the environment. */
  body: { bytes: Buffer; type: string; private: boolean } | undefined;
  /** `METHOD url` for messages, without anything secret. */
  shown: string;
};

/** The request of an action with its parameters put in. */
export function buildRequest(action: HttpAction, source: Source): HttpRequest {
  const method = (renderText(action.method, source, renderValue) ?? 'GET').trim().toUpperCase();
  if (!isToken(method) || method === 'CONNECT') {
    throw new GantzError('MANIFEST_INVALID', `${JSON.stringify(method)} is not a method that can be sent`);
  }
  const { url, shown } = renderUrl(action, source);
  const headers = { ...authorization(url), ...renderHeaders(action.headers, source) };
  url.username = '';
  url.password = '';
  const rendered = renderBody(action.body, headers['content-type'], source);
  const body = rendered && {
    bytes: Buffer.from(rendered.text),
    type: rendered.type,
    private: JSON.stringify(action.body).includes('${'),
  };
  return { method, url, headers, body, shown: `${method} ${shown}` };
}

/** The headers to send: those of this program, those of the manifest unless the origin is another one, and the body's. */
export function headersToSend(
  { method, headers, body }: HttpRequest,
  { foreign }: { foreign: boolean },
): Headers {
  return {
    accept: 'application/json, */*;q=0.9',
    'accept-encoding': 'gzip, br',
    'user-agent': `gantz/${VERSION}`,
    ...(foreign ? {} : headers),
    ...(body && { 'content-type': body.type }),
    ...((body || !/^(?:GET|HEAD|OPTIONS|DELETE)$/.test(method)) && {
      'content-length': String(body?.bytes.length ?? 0),
    }),
  };
}

function authorization({ username, password }: URL): Headers {
  if (username === '' && password === '') return {};
  const pair = `${decode(username)}:${decode(password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

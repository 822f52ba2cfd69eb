import { signal } from '@preact/signals';

const KEY = 'gantz-token';

/** The token for the Authorization header; '' without one. This tab keeps it until it is closed. */
export const token = signal(sessionStorage.getItem(KEY) ?? '');
token.subscribe((value) => {
  if (value) sessionStorage.setItem(KEY, value);
  else sessionStorage.removeItem(KEY);
});

/** `needed` when the server refuses the token, or requests without one. */
export const access = signal<'unknown' | 'granted' | 'needed'>('unknown');

/** The JSON object that a call answers. */
export type Envelope = {
  success: boolean;
  error?: string;
  code?: string;
  outcome?: string;
  hint?: string;
  retryable?: boolean;
  details?: { path: string; message: string }[];
  gantz?: Record<string, unknown>;
} & Record<string, unknown>;

/** An answer: the envelope, and its JSON text as it came. */
export type Answer = { envelope: Envelope; text: string };

/** An event of a call, or of the feed of calls. */
export type StreamEvent = { event: string; data: string };

/** Sends a request with the token. Throws an Error with a sentence for a person when the server does not answer. */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token.value) headers.set('authorization', `Bearer ${token.value}`);
  const response = await fetch(path, { ...init, headers, cache: 'no-store' }).catch((error: unknown) => {
    if (init.signal?.aborted) throw error;
    throw new Error('The server does not answer. Is gantz serve still running?');
  });
  access.value = response.status === 401 ? 'needed' : 'granted';
  return response;
}

/** Returns the JSON value at a path. Throws an Error for a failure. */
export async function getJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await request(path, init);
  const value = (await response.json()) as T & { result?: Envelope };
  if (!response.ok) throw new Error(value.result?.error ?? `The server answers ${response.status}`);
  return value;
}

/** Options of `callTool`. */
export type CallOptions = {
  signal?: AbortSignal;
  /** A person has agreed. */
  confirmed?: boolean;
  /** True for a read that shows a page: Activity does not list it. */
  view?: boolean;
  /** Receives the events of the call as they come. */
  onEvent?: (event: Record<string, unknown>) => void;
  /** For a subscription without an end: called when Redis has confirmed it. */
  onSubscribed?: () => void;
};

/** Calls a tool. `params` is JSON text, so that no digit of a number is lost. */
export async function callTool(tool: string, params: string, options: CallOptions = {}): Promise<Answer> {
  const { signal: abort, confirmed, view, onEvent, onSubscribed } = options;
  const response = await request('mcp/tools/call', {
    method: 'POST',
    body: `{"tool":${JSON.stringify(tool)},"params":${params}}`,
    headers: {
      'content-type': 'application/json',
      accept: onEvent ? 'text/event-stream' : 'application/json',
      ...(confirmed && { 'gantz-confirm': 'yes' }),
      ...(view && { 'gantz-console': 'view' }),
      ...(onSubscribed && { 'gantz-follow': 'yes' }),
    },
    ...(abort && { signal: abort }),
  });
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return answerOf(await response.text());
  for await (const { event, data } of eventsOf(response)) {
    if (event === 'result') return answerOf(data);
    if (event === 'subscribed') onSubscribed?.();
    if (event === 'progress') onEvent?.(JSON.parse(data) as Record<string, unknown>);
  }
  throw new Error('The connection was closed before the answer came');
}

/** Calls a tool to show a page, and returns its result. Throws an Error for a failure. */
export async function read<T>(tool: string, params: object, abort?: AbortSignal): Promise<T> {
  const options = { view: true, ...(abort && { signal: abort }) };
  const { envelope } = await callTool(tool, JSON.stringify(params), options);
  if (!envelope.success) throw new Error(envelope.error ?? `${tool} failed`);
  return envelope as T;
}

function answerOf(text: string): Answer {
  const { result } = JSON.parse(text) as { result: Envelope };
  // The text is {"result":<envelope>}; JSON.parse has lost the digits of large numbers.
  return { envelope: result, text: text.replace(/^\{"result":/, '').replace(/\}\s*$/, '') };
}

/** Yields the events of a stream. EventSource cannot send a token. */
export async function* eventsOf(response: Response): AsyncGenerator<StreamEvent> {
  if (!response.body) return;
  let waiting = '';
  for await (const chunk of chunksOf(response.body)) {
    const parts = (waiting + chunk).split('\n\n');
    waiting = parts.pop() ?? '';
    for (const part of parts) {
      const event = /^event: (.*)$/m.exec(part)?.[1];
      const data = /^data: (.*)$/m.exec(part)?.[1];
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}

/** Yields the text of a stream. Safari cannot iterate over streams. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

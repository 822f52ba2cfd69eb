const EVENT_STREAM = 'text/event-stream';

/** Those of the SDK's own event streams. A proxy must neither hold back nor compress the stream. */
const HEADERS = {
  'content-type': EVENT_STREAM,
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

const COMMENT = ': keepalive\n\n';

/** Returns true when the client of a request accepts an event stream as its answer. */
export function acceptsEvents({ headers }: Request): boolean {
  return headers.get('accept')?.includes(EVENT_STREAM) ?? false;
}

/**
 * Returns a response that is ready within `intervalMs` milliseconds. In place of a later one it returns an event stream: a
 * comment every `intervalMs`, and then the body of the response as one event. Its status is 200, because the status is sent
 * before that of the response is known. A response that is an event stream is passed on; one without a body ends the stream.
 */
export async function keepAlive(response: Promise<Response>, intervalMs: number): Promise<Response> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), intervalMs);
  });
  try {
    const ready = await Promise.race([response, late]);
    return ready ?? new Response(eventsOf(response, intervalMs), { headers: HEADERS });
  } finally {
    clearTimeout(timer);
  }
}

function eventsOf(response: Promise<Response>, intervalMs: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  let isOpen = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (chunk: Uint8Array): void => {
        if (isOpen) controller.enqueue(chunk);
      };
      const comment = (): void => write(encoder.encode(COMMENT));
      comment();
      timer = setInterval(comment, intervalMs);
      const passed = response.then(async ({ headers, body }) => {
        clearInterval(timer);
        if (!body) return;
        if (headers.get('content-type')?.startsWith(EVENT_STREAM)) {
          // It has comments of its own.
          for await (const chunk of body as ReadableStream<Uint8Array>) write(chunk);
        } else {
          write(encoder.encode(`event: message\ndata: ${await new Response(body).text()}\n\n`));
        }
      });
      passed.then(
        () => isOpen && controller.close(),
        (error: unknown) => isOpen && controller.error(error),
      );
    },
    cancel() {
      isOpen = false;
      clearInterval(timer);
    },
  });
}

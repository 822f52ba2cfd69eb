import type { ServerResponse } from 'node:http';

/** A response of server-sent events. */
export type EventStream = {
  /** Sends an event, unless the client is too slow or has gone: then it returns false. `data` is one line. */
  send(event: string, data: string): boolean;
  /** Sends a last event, when there is one, and ends the stream. */
  end(event?: string, data?: string): void;
};

/** How many bytes may wait for a slow client. More events are left out. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Those of the SDK's own event streams. A proxy must neither hold back nor compress the stream. */
const HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** Begins a stream as the answer of a request. It has a comment every `keepAliveMs` milliseconds. */
export function openEventStream(outgoing: ServerResponse, keepAliveMs: number): EventStream {
  const write = (text: string): boolean => {
    if (outgoing.destroyed || outgoing.writableEnded || outgoing.writableLength > MAX_WAITING_BYTES)
      return false;
    outgoing.write(text);
    return true;
  };
  outgoing.writeHead(200, HEADERS);
  outgoing.write(': open\n\n');
  const timer = setInterval(() => write(': keepalive\n\n'), keepAliveMs);
  outgoing.once('close', () => clearInterval(timer));
  return {
    send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`),
    end(event, data) {
      clearInterval(timer);
      if (outgoing.destroyed) return;
      outgoing.end(event === undefined ? undefined : `event: ${event}\ndata: ${data ?? ''}\n\n`);
    },
  };
}

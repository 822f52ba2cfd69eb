import type { IncomingMessage } from 'node:http';
import type { HttpClient } from '../contract/call.ts';

/** Returns facts about the client of a request. */
export function clientOf({ socket, headers: { authorization = '' } }: IncomingMessage): HttpClient {
  return { address: socket.remoteAddress ?? '', token: /^bearer /i.test(authorization) };
}

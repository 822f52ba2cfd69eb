import { once } from 'node:events';
import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Starts a proxy that writes one URI for another into requests and their headers, and back into answers. */
export async function rewriteUris(
  port: number,
  uris: Readonly<Record<string, string>>,
): Promise<{ url: string; close: () => void }> {
  const pairs = Object.entries(uris);
  const there = (words: string): string =>
    pairs.reduce((all, [theirs, ours]) => all.replaceAll(theirs, ours), words);
  const back = (words: string): string =>
    pairs.reduce((all, [theirs, ours]) => all.replaceAll(ours, theirs), words);
  const server = createServer((incoming, outgoing) => {
    void text(incoming).then((body) => {
      const { method = 'POST', url: path = '/' } = incoming;
      const headers = { ...(JSON.parse(there(JSON.stringify(incoming.headers))) as IncomingHttpHeaders) };
      delete headers['content-length'];
      const sent = request({ port, host: '127.0.0.1', method, path, headers }, (answer) => {
        void text(answer).then((words) => {
          const { 'content-length': _, 'transfer-encoding': __, ...others } = answer.headers;
          outgoing.writeHead(answer.statusCode ?? 500, others).end(back(words));
        });
      });
      sent.on('error', () => outgoing.destroy());
      sent.end(there(body));
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, close: () => server.close().closeAllConnections() };
}

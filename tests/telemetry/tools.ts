import { startServer, type Answer, type TestServer } from '../helpers/http-server.ts';
import { folderWith } from '../helpers/folder.ts';

/** A trace of a caller: its headers, and the ids in them. */
export const CALLER = {
  traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
  id: '00f067aa0ba902b7',
  traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  tracestate: 'rojo=00f067aa0ba902b7',
};

/** A manifest with one tool for each kind of span. `${ORIGIN}` is the server of the http tools. */
const MANIFEST = `
name: spans
tools:
  - name: weather
    description: The weather of a city
    annotations: { readOnlyHint: true }
    parameters: { city: { type: string, required: true }, units: { type: string, default: metric } }
    http: { url: "\${ORIGIN}/weather/{{city}}", query: { units: "{{units}}" } }
    cache: 10m
  - name: flaky
    description: Fails twice
    annotations: { readOnlyHint: true }
    http: { url: "\${ORIGIN}/flaky" }
    retry: { attempts: 3, backoff: 10ms }
  - name: named
    description: Sends a traceparent of its own
    http: { url: "\${ORIGIN}/named", headers: { Traceparent: own } }
  - name: away
    description: Is redirected
    http: { url: "\${ORIGIN}/away" }
  - name: exits
    description: Fails
    script: { shell: "echo {{text}} >&2; exit 3" }
    parameters: { text: { type: string, default: x } }
  - name: shows
    description: Prints the trace
    script: { shell: 'echo "$TRACEPARENT $TRACESTATE"' }
  - name: handles
    description: Returns the trace
    handler: traces.show
`;

/** The function of the tool \`handles\`. */
const HANDLER = 'export const show = (_, { environment }) => ({ trace: environment.TRACEPARENT });\n';

/** Writes the manifest and the handler into a folder, which is removed after the tests of this file. Returns the path of the manifest. */
export function writeTools(): string {
  return `${folderWith({ 'gantz.yaml': MANIFEST, 'tools/traces.mjs': HANDLER })}/gantz.yaml`;
}

/** Starts the server of the http tools, which the caller closes. */
export async function startUpstream(): Promise<TestServer> {
  let failures = 2;
  const answer: Answer = (response, { url }) => {
    response.setHeader('content-type', 'application/json');
    if (url === '/flaky' && failures-- > 0) response.writeHead(503).end('{"secret":"leak"}');
    else if (url === '/away') response.writeHead(302, { location: '/to/leak?token=leak' }).end();
    else response.end('{"result":"leak"}');
  };
  return await startServer(answer);
}

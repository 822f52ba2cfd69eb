import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { VERSION } from '../generated/version.ts';
import type { Tool } from '../contract/manifest.ts';
import { narrowTo } from '../run/catalogue.ts';
import { operationOf } from '../run/bundled/bundled-kind.ts';
import type { Runner } from '../run/runner.ts';
import type { Runners } from '../serving/runners.ts';
import type { Activity } from './activity.ts';
import { jsonAnswer, type Answer } from './answer.ts';
import type { Exchanges } from './exchanges.ts';
import type { MetricsPage } from './metrics-page.ts';
import type { Path } from './path.ts';
import type { Reloads } from './reloads.ts';

/** The pages for a browser, and the data that only they use. */
export type Console = {
  /** Returns the path of this name when it belongs to the console. `/` does only for a client that accepts HTML. */
  path(name: string, incoming: IncomingMessage): Path | undefined;
};

type Files = Awaited<ReturnType<typeof import('./console-files.ts').loadConsoleFiles>>;

/** The page runs only its own files, and no other page can show it in a frame. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
  vary: 'accept, accept-encoding',
};

/** Serves the console. Its files are loaded when a browser first asks for them. */
export function openConsole({
  runners,
  activity,
  metrics,
  reloads,
  exchanges,
}: {
  runners: Runners;
  activity: Activity;
  metrics: MetricsPage;
  reloads: Reloads;
  exchanges: Exchanges;
}): Console {
  let loading: Promise<Files> | undefined;
  const file: Path = {
    open: true,
    public: true,
    async GET(incoming) {
      loading ??= import('./console-files.ts').then(({ loadConsoleFiles }) => loadConsoleFiles());
      return await answerFile(await loading, incoming);
    },
  };
  const paths = new Map<string, Path>([
    ['/console/app.js', file],
    ['/console/style.css', file],
    ['/console/icon.svg', file],
    ['/console/metrics', { GET: ({ url = '' }) => Promise.resolve(metrics.answer(url)) }],
    [
      '/console/manifest',
      {
        GET: () => {
          const failed = reloads.hasFailed() && { reload_failed: true };
          return Promise.resolve(jsonAnswer(200, { ...manifestOf(runners.current), ...failed }));
        },
      },
    ],
    ['/console/manifest/report', { GET: async () => jsonAnswer(200, await reloads.report(runners.current)) }],
    [
      '/console/activity',
      {
        GET(_, outgoing) {
          // The stream ends when its client or the server ends it.
          exchanges.exclude(outgoing);
          activity.follow(outgoing);
          return Promise.resolve(undefined);
        },
      },
    ],
  ]);
  return {
    path(name, { headers }) {
      if (name === '/') return headers.accept?.includes('text/html') ? file : undefined;
      const call = /^\/console\/activity\/(\d{1,15})$/.exec(name)?.[1];
      if (call !== undefined) return { GET: () => Promise.resolve(activity.find(call)) };
      return paths.get(name);
    },
  };
}

async function answerFile(files: Files, { url = '/', headers }: IncomingMessage): Promise<Answer> {
  const file = files[/\/console\/[\w.]+/.exec(url)?.[0] ?? '/'];
  if (!file) throw new Error(`The console has no file for ${url}`);
  const own = { ...HEADERS, etag: file.etag };
  if (headers['if-none-match']?.includes(file.etag)) return { status: 304, headers: own, body: '' };
  const bytes = Buffer.from(file.gzip, 'base64');
  const withType = { ...own, 'content-type': file.type };
  return /\bgzip\b/.test(headers['accept-encoding']?.toString() ?? '')
    ? { status: 200, headers: { ...withType, 'content-encoding': 'gzip' }, body: bytes }
    : { status: 200, headers: withType, body: await promisify(gunzip)(bytes) };
}

/** Returns what the list of tools does not say, about the tools that the policy allows. */
function manifestOf(runner: Runner): object {
  const { name, description, version, toolsets } = runner.manifest;
  return {
    gantz: VERSION,
    name,
    ...(description !== undefined && { description }),
    ...(version !== undefined && { version }),
    toolsets: Object.fromEntries(
      Object.keys(toolsets).map((set) => [set, narrowTo(set, runner).tools.map((tool) => tool.name)]),
    ),
    tools: Object.fromEntries(runner.tools.map((tool) => [tool.name, factsOf(tool)])),
  };
}

function factsOf({ name, action, secrets, guards, timeoutMs }: Tool): object {
  const operation = operationOf(action);
  return {
    command: operation ? `gantz ${operation.group} ${operation.operation}` : `gantz call ${name}`,
    kind: action?.kind,
    ...(secrets && { secrets }),
    ...(guards && { guards: Object.keys(guards.settings) }),
    ...(guards?.settings['confirm'] === true && { confirm: true }),
    ...(timeoutMs !== undefined && { timeout_ms: timeoutMs }),
  };
}

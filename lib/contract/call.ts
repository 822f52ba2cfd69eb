import type { Deadline } from './deadline.ts';
import type { Span } from './span.ts';

/** An event that a running tool emits before its result. Interfaces print it (`--follow`) or send it as progress. */
export type ProgressEvent = {
  event: string;
  /** A sentence; for the event `message`, the JSON value that was received. */
  message?: unknown;
  progress?: number;
  total?: number;
} & Record<string, unknown>;

/** One call of a tool: its time limit, its cancellation and its channels to the caller. */
export type Call = {
  readonly deadline: Deadline;
  /** Aborts when the caller cancels, with a GantzError as reason; not at the deadline. */
  readonly signal: AbortSignal | undefined;
  /** Sends an event to the caller. */
  readonly emit: (event: ProgressEvent) => void;
  /** Writes a notice for a person (a line on stderr). */
  readonly notice: (text: string) => void;
  /** Receives what a JavaScript handler prints on stdout and stderr. Without it, both go to stderr. */
  readonly print?: ((text: string) => void) | undefined;
  /** Called when Redis has confirmed a subscription: it receives the messages that are published from then on. */
  readonly onSubscribed?: (() => void) | undefined;
  /** True when the caller requested events as they occur (`--follow`). */
  readonly follow: boolean;
  /** Returns true when the caller gave the parameter, false when it has its default. */
  readonly given: (name: string) => boolean;
  /** The span of the call, when traces are exported. */
  readonly span?: Span | undefined;
};

/** Where a call comes from. */
export type Origin = {
  /** The interface that the caller uses. */
  readonly interface: 'cli' | 'mcp' | 'http' | 'batch' | 'library' | 'test';
  /** Returns facts about the client of a call over HTTP. */
  readonly client?: () => HttpClient;
  /** True for a read that the console makes to show a page. */
  readonly view?: boolean;
  /** The method of the request of a call over MCP: a client that reads state as a resource calls no tool itself. */
  readonly method?: string;
  /** The id of that request. */
  readonly requestId?: string | number;
  /** What came with the call and may have `traceparent` and `tracestate`, the nearest to the call first. */
  readonly carriers?: readonly Carrier[];
};

/** Members of a message or headers of a request. Nothing is checked. */
export type Carrier = Readonly<Record<string, unknown>> | undefined;

/** The client of a call over HTTP. */
export type HttpClient = {
  /** Its IP address; that of the proxy when there is one. */
  readonly address: string;
  /** True when its request has a bearer token. */
  readonly token: boolean;
};

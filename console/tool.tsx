import { signal, type Signal } from '@preact/signals';
import type { VNode } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { callTool, token, type Answer } from './api.ts';
import { draftOf, isMembers, jsonOf, parseExactly, typesOf, type Draft } from './draft.ts';
import { Fields, FORMATS, idOf, type Problems } from './form.tsx';
import { CopyButton, JsonView } from './json-view.tsx';
import { address, factsOf, messageOf, type Schema, type Tool, type ToolFacts } from './store.ts';
import { duration, shellWord, shortened, visible } from './text.ts';

/** More events are not shown. */
const SHOWN_EVENTS = 500;

type Run = {
  status: 'idle' | 'running' | 'ended';
  startedAt: number;
  ms: number;
  events: Record<string, unknown>[];
  count: number;
  answer?: Answer;
  /** Why there is no answer. */
  problem?: string;
  cancel?: () => void;
};

type State = {
  draft: Signal<Draft>;
  /** The parameters as JSON text, when they are edited as JSON. */
  json: Signal<string | undefined>;
  run: Signal<Run>;
};

const IDLE: Run = { status: 'idle', startedAt: 0, ms: 0, events: [], count: 0 };

/** What each tool's form and last run hold, while the page is open. */
const states = new Map<string, State>();

function stateOf(name: string): State {
  const state = states.get(name) ?? {
    draft: signal<Draft>({}),
    json: signal<string | undefined>(undefined),
    run: signal(IDLE),
  };
  states.set(name, state);
  return state;
}

/** The form of a tool, and its last run. */
export function ToolPanel({ tool }: { tool: Tool }): VNode {
  const { name, description, annotations = {} } = tool;
  const facts = factsOf(name);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <article class="tool">
      <a class="back" href={address('tools')}>
        All tools
      </a>
      <header>
        <h1 ref={heading} tabIndex={-1}>
          {visible(shortened(name, 200))}
        </h1>
        <Badges annotations={annotations} facts={facts} />
        <Description text={description} />
      </header>
      <CallForm tool={tool} />
    </article>
  );
}

/** The form that calls a tool, and what came of its last call. */
export function CallForm({ tool, verb = 'Run' }: { tool: Tool; verb?: string }): VNode {
  const state = stateOf(tool.name);
  return (
    <>
      <Form tool={tool} facts={factsOf(tool.name)} state={state} verb={verb} />
      <RunPanel name={tool.name} run={state.run.value} />
    </>
  );
}

/** Enters a text into the form of a tool. */
export function fillIn(tool: string, parameter: string, text: string): void {
  const { draft, json } = stateOf(tool);
  const entered = isMembers(draft.value) ? draft.value : {};
  draft.value = { ...entered, [parameter]: text };
  json.value = undefined;
}

function Badges({
  annotations,
  facts,
}: {
  annotations: Record<string, unknown>;
  facts: ToolFacts | undefined;
}): VNode {
  const badges = [
    annotations['readOnlyHint'] === true && 'read only',
    annotations['destructiveHint'] === true && annotations['readOnlyHint'] !== true && 'destructive',
    annotations['idempotentHint'] === true && annotations['readOnlyHint'] !== true && 'idempotent',
    facts?.confirm && 'asks for confirmation',
    ...(facts?.guards ?? [])
      .filter((guard) => guard !== 'confirm')
      .map((guard) => guard.replaceAll('_', ' ')),
    facts?.timeout_ms !== undefined && `at most ${duration(facts.timeout_ms)}`,
  ].filter((badge) => typeof badge === 'string');
  return (
    <ul class="badges" aria-label="Properties">
      {badges.map((badge) => (
        <li key={badge} class={badge === 'destructive' ? 'badge warn' : 'badge'}>
          {badge}
        </li>
      ))}
    </ul>
  );
}

const SHORT = 600;

/** A description is text of the manifest: links in it are not followed. */
function Description({ text }: { text: string }): VNode {
  if (text.length <= SHORT) return <p class="description">{visible(text)}</p>;
  return (
    <details class="description">
      <summary>{visible(shortened(text, SHORT))}</summary>
      <p>{visible(shortened(text.slice(SHORT), 20_000))}</p>
    </details>
  );
}

function Form({
  tool,
  facts,
  state,
  verb,
}: {
  tool: Tool;
  facts: ToolFacts | undefined;
  state: State;
  verb: string;
}): VNode {
  const { name, inputSchema } = tool;
  const { draft, json, run } = state;
  const dialog = useRef<HTMLDialogElement>(null);
  const isRunning = run.value.status === 'running';
  const problems = problemsOf(run.value);
  const params = json.value ?? jsonOf(draft.value, inputSchema) ?? '{}';
  const hasParameters = Object.keys(inputSchema.properties ?? {}).length > 0;
  const start = (confirmed: boolean): void => {
    void execute(name, params.trim() || '{}', run, confirmed);
  };
  const submit = (event: Event): void => {
    event.preventDefault();
    if (isRunning) return;
    if (facts?.confirm) dialog.current?.showModal();
    else start(false);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };
  // The first field that the server refuses gets the focus.
  const [wrong] = [...problems.keys()].filter((path) => document.getElementById(idOf(path)));
  const { answer } = run.value;
  useEffect(() => {
    if (wrong !== undefined && answer) document.getElementById(idOf(wrong))?.focus();
  }, [answer]);
  return (
    <form class="call" onSubmit={submit} onKeyDown={onKey} noValidate>
      {hasParameters && <Parameters {...{ tool, facts, draft, json, problems }} />}
      <div class="actions">
        {/* With keys, a click on Cancel does not reach Run, which takes its place meanwhile. */}
        {isRunning ? (
          <button key="cancel" type="button" class="stop" onClick={run.value.cancel}>
            Cancel
          </button>
        ) : (
          <button key="run" type="submit" class="primary">
            {verb}
          </button>
        )}
        <button
          type="button"
          class="quiet"
          disabled={isRunning}
          onClick={() => {
            draft.value = {};
            json.value = undefined;
            run.value = IDLE;
          }}
        >
          Clear
        </button>
        <span class="note keys">
          <kbd>Ctrl</kbd> <kbd>Enter</kbd> runs
        </span>
      </div>
      <Snippets name={name} facts={facts} params={masked(params, facts)} />
      <dialog ref={dialog} aria-labelledby="confirm-title">
        <h2 id="confirm-title">Run {visible(shortened(name, 100))}?</h2>
        <p>This tool runs only when a person agrees. These are its parameters:</p>
        <pre>{visible(shortened(masked(params, facts), 4000))}</pre>
        <div class="actions">
          <button
            type="button"
            class="primary"
            onClick={() => {
              dialog.current?.close();
              start(true);
            }}
          >
            Run it
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Do not run it
          </button>
        </div>
      </dialog>
    </form>
  );
}

function Parameters({
  tool: { inputSchema },
  facts,
  draft,
  json,
  problems,
}: {
  tool: Tool;
  facts: ToolFacts | undefined;
  draft: Signal<Draft>;
  json: Signal<string | undefined>;
  problems: Problems;
}): VNode {
  const example = exampleOf(inputSchema);
  const toForm = (): void => {
    if (json.value === undefined) return;
    try {
      draft.value = draftOf(parseExactly(json.value || '{}'), inputSchema);
      json.value = undefined;
    } catch {
      // The text stays until it is JSON; its problem is shown below it.
    }
  };
  const toJson = (): void => {
    json.value ??= indented(jsonOf(draft.value, inputSchema) ?? '{}');
  };
  const broken = json.value === undefined ? undefined : problemOfJson(json.value);
  return (
    <section aria-label="Parameters">
      <div class="section-head">
        <h2>Parameters</h2>
        <div class="toggle" role="group" aria-label="Enter the parameters as">
          <button type="button" aria-pressed={json.value === undefined} onClick={toForm}>
            Form
          </button>
          <button type="button" aria-pressed={json.value !== undefined} onClick={toJson}>
            JSON
          </button>
        </div>
        {example !== undefined && (
          <button
            type="button"
            class="quiet"
            onClick={() => {
              draft.value = draftOf(example, inputSchema);
              json.value = undefined;
            }}
          >
            Fill in an example
          </button>
        )}
      </div>
      {json.value === undefined ? (
        <Fields
          schema={inputSchema}
          secrets={facts?.secrets ?? []}
          draft={draft.value}
          onChange={(value) => (draft.value = value)}
          problems={problems}
        />
      ) : (
        <div class={broken === undefined ? 'field' : 'field wrong'}>
          <textarea
            class="whole"
            aria-label="Parameters as JSON"
            aria-invalid={broken !== undefined}
            aria-describedby={broken === undefined ? undefined : 'json-problem'}
            rows={12}
            spellcheck={false}
            value={json.value}
            onInput={({ currentTarget }) => (json.value = currentTarget.value)}
          />
          {broken !== undefined && (
            <p class="problem" id="json-problem">
              {visible(broken)}
            </p>
          )}
        </div>
      )}
    </section>
  );
}

/** The same call for other clients. */
function Snippets({
  name,
  facts,
  params,
}: {
  name: string;
  facts: ToolFacts | undefined;
  params: string;
}): VNode {
  const url = new URL('mcp/tools/call', document.baseURI).href;
  const command = facts?.command ?? `gantz call ${name}`;
  const call = `{"tool":${JSON.stringify(name)},"params":${params}}`;
  const snippets = [
    ['Shell', `${facts?.confirm ? command.replace('gantz', 'gantz --yes') : command} ${shellWord(params)}`],
    [
      'curl',
      `curl -s ${url}${token.value && ' -H "Authorization: Bearer $GANTZ_AUTH_TOKEN"'}${facts?.confirm ? " -H 'Gantz-Confirm: yes'" : ''} -d ${shellWord(call)}`,
    ],
    [
      'MCP',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":${JSON.stringify(name)},"arguments":${params}}}`,
    ],
  ] as const;
  return (
    <details class="snippets">
      <summary>The same call in a shell, with curl and over MCP</summary>
      {snippets.map(([title, text]) => (
        <div key={title} class="snippet">
          <div class="json-bar">
            <span class="json-label">{title}</span>
            <CopyButton text={() => text}>{`Copy ${title}`}</CopyButton>
          </div>
          <pre tabIndex={0} aria-label={title}>
            {visible(shortened(text, 4000))}
          </pre>
        </div>
      ))}
    </details>
  );
}

function RunPanel({ name, run }: { name: string; run: Run }): VNode {
  const { status, events, count, answer, problem, ms } = run;
  const last = events.findLast(({ progress }) => typeof progress === 'number');
  const total = last?.['total'];
  return (
    <section class="run" aria-label="Result">
      <div role="status" class="run-status">
        {status === 'running' && (
          <>
            <progress
              aria-label="Progress"
              {...(typeof total === 'number' && { value: Number(last?.['progress']), max: total })}
            />
            <span>Running</span>
            {last !== undefined && typeof total === 'number' && (
              <span>
                {Number(last['progress'])} of {total}
              </span>
            )}
          </>
        )}
        {problem !== undefined && <span class="badge bad">{visible(problem)}</span>}
        {answer && <Verdict answer={answer} ms={ms} />}
      </div>
      {count > 0 && (
        <div class="events">
          <h2>
            Events <span class="note">{count}</span>
          </h2>
          <ol tabIndex={0} aria-label="Events">
            {events.slice(-SHOWN_EVENTS).map((event, index) => (
              <li key={count - events.length + index}>{eventText(event)}</li>
            ))}
          </ol>
        </div>
      )}
      {answer && <JsonView text={answer.text} label="Answer" name={name} />}
    </section>
  );
}

/** What came of a call: its code and outcome, what to do, the guards that acted and how long it took. */
export function Verdict({ answer: { envelope }, ms }: { answer: Answer; ms: number }): VNode {
  const { success, code, outcome, error, hint, gantz = {} } = envelope;
  return (
    <>
      <span class={success ? 'badge good' : 'badge bad'}>{success ? 'Success' : visible(String(code))}</span>
      {!success && outcome !== undefined && (
        <span class="badge">{OUTCOMES[outcome] ?? visible(outcome)}</span>
      )}
      {Object.entries(gantz).map(([key, value]) => (
        <span key={key} class="badge">
          {visible(`${key.replaceAll('_', ' ')}${value === true ? '' : `: ${shortened(String(value), 60)}`}`)}
        </span>
      ))}
      <span class="note">{duration(ms)}</span>
      {!success && (
        <p class="error">
          {visible(shortened(error ?? '', 2000))}
          {hint !== undefined && <span class="hint">{visible(shortened(hint, 2000))}</span>}
        </p>
      )}
    </>
  );
}

const OUTCOMES: Readonly<Record<string, string>> = {
  none: 'nothing changed',
  applied: 'the change was made',
  unknown: 'the change may have been made',
};

async function execute(name: string, params: string, run: Signal<Run>, confirmed: boolean): Promise<void> {
  const abort = new AbortController();
  const startedAt = performance.now();
  let events: Run['events'] = [];
  let count = 0;
  let isDrawn = true;
  const show = (change: Partial<Run>): void => {
    run.value = { ...run.value, ms: performance.now() - startedAt, events, count, ...change };
  };
  run.value = { ...IDLE, status: 'running', startedAt, cancel: () => abort.abort() };
  try {
    const answer = await callTool(name, params, {
      signal: abort.signal,
      confirmed,
      onEvent(event) {
        count++;
        events = [...events.slice(1 - SHOWN_EVENTS), event];
        // A tool may send thousands of events in a second.
        if (!isDrawn) return;
        isDrawn = false;
        requestAnimationFrame(() => {
          isDrawn = true;
          if (run.value.status === 'running') show({});
        });
      },
    });
    show({ status: 'ended', answer });
  } catch (error) {
    show({ status: 'ended', problem: abort.signal.aborted ? 'Cancelled' : messageOf(error) });
  }
}

/** Returns the problems of the parameters that the answer names. */
function problemsOf({ answer }: Run): Problems {
  const { code, details } = answer?.envelope ?? {};
  if (code !== 'INVALID_PARAMETERS') return new Map();
  return new Map((details ?? []).map(({ path, message }) => [path, message]));
}

function eventText(event: Record<string, unknown>): string {
  const { event: kind, message, stream, channel, progress, total, ...rest } = event;
  if (kind === 'progress' && message === undefined)
    return visible(`${String(progress)}${typeof total === 'number' ? ` of ${total}` : ''}`);
  const from = [stream ?? channel].filter((part) => typeof part === 'string');
  const text = typeof message === 'string' ? message : JSON.stringify(message ?? rest);
  return visible(shortened([...from, text].join(': '), 2000));
}

/** Indents JSON, unless that would change it: a large number loses digits. */
function indented(json: string): string {
  const value: unknown = JSON.parse(json);
  return JSON.stringify(value) === json ? JSON.stringify(value, undefined, 2) : json;
}

function problemOfJson(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? undefined
      : 'Write a JSON object, as {"key":"greeting"}';
  } catch (error) {
    return `This is not JSON: ${messageOf(error)}`;
  }
}

/** Replaces the values of secret parameters, so that they are neither shown nor copied. */
function masked(params: string, facts: ToolFacts | undefined): string {
  if (!facts?.secrets || problemOfJson(params) !== undefined) return params;
  const value = parseExactly(params || '{}') as Record<string, unknown>;
  for (const name of facts.secrets) if (Object.hasOwn(value, name)) value[name] = '[secret]';
  return JSON.stringify(value);
}

/** Returns example values for the required parameters and those with `examples`; undefined when there are none. */
function exampleOf({ properties = {}, required = [] }: Schema): Record<string, unknown> | undefined {
  const entries = Object.entries(properties).flatMap(([name, schema]) => {
    const example = schema.examples?.[0];
    if (example !== undefined) return [[name, example] as const];
    return required.includes(name) ? [[name, madeUp(name, schema)] as const] : [];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function madeUp(name: string, schema: Schema): unknown {
  const known: unknown = schema.const ?? schema.default ?? schema.enum?.[0] ?? FORMATS[schema.format ?? ''];
  if (known !== undefined) return known;
  switch (typesOf(schema)[0]) {
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, Math.min(10, schema.maximum ?? 10));
    case 'boolean':
      return true;
    case 'array':
      return [madeUp('item', schema.items ?? {})];
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((part) => [part, madeUp(part, schema.properties?.[part] ?? {})]),
      );
    default:
      return name === 'key' ? 'greeting' : name === 'value' || name === 'message' ? 'hello' : name;
  }
}

import type { ServerResponse } from 'node:http';
import { failure, success } from '../../contract/envelope.ts';
import { isObject } from '../../json/object.ts';
import { notesOf, type EndedCall, type Recorder } from '../../run/audit/record-calls.ts';
import { redact } from '../../run/redact.ts';
import type { ActivityEntry } from './activity-entry.ts';
import { jsonAnswer, refusal, type Answer } from '../answer.ts';
import { openEventStream, type EventStream } from '../event-stream.ts';

/** How many calls are kept. */
const KEPT = 500;
/** A longer text of parameters and answer is not kept, in characters. */
const MAX_LENGTH = 64 * 1024;
/** A shorter secret could be a part of any text, so it is not searched in answers. */
const SHORTEST_SECRET = 4;

/** The last calls of a server. */
export type Activity = {
  readonly record: Recorder;
  /** Answers with a stream of events: a line for each kept call, the oldest first, then each call when it has ended. */
  follow(outgoing: ServerResponse): void;
  /** Returns the line, the parameters and the answer of a call. */
  find(id: string): Answer;
  /** Sends an event to all clients that follow. */
  announce(event: string, data: unknown): void;
  /** Ends all streams. */
  close(): void;
};

/** Keeps the last 500 calls. A stream that follows them has a comment every `keepAliveMs` milliseconds. */
export function keepActivity(keepAliveMs: number): Activity {
  const kept = new Map<number, { entry: ActivityEntry; detail: string }>();
  const streams = new Set<EventStream>();
  let last = 0;

  function send(event: string, data: string): void {
    for (const stream of streams) {
      if (stream.send(event, data)) continue;
      // The client reads too slowly. It connects again and gets what is kept.
      streams.delete(stream);
      stream.end();
    }
  }

  return {
    record(call) {
      if (call.settings.origin?.view) return;
      const entry = entryOf(call, ++last);
      kept.set(entry.id, { entry, detail: detailOf(call) });
      kept.delete(entry.id - KEPT);
      if (streams.size > 0) send('call', JSON.stringify(entry));
    },
    follow(outgoing) {
      const stream = openEventStream(outgoing, keepAliveMs);
      const lines = [...kept.values()].map(({ entry }) => entry);
      stream.send('calls', JSON.stringify(lines));
      streams.add(stream);
      outgoing.once('close', () => streams.delete(stream));
    },
    find(id) {
      const found = kept.get(Number(id));
      if (!found) {
        return refusal(404, 'NOT_FOUND', `The call ${id.slice(0, 20)} is not kept`, {
          hint: `Only the last ${KEPT} calls of this process are.`,
        });
      }
      const { body, ...answer } = jsonAnswer(200, found.entry);
      return { ...answer, body: `${String(body).slice(0, -1)},${found.detail}}` };
    },
    announce: (event, data) => send(event, JSON.stringify(data)),
    close() {
      for (const stream of streams) stream.end();
    },
  };
}

function entryOf(call: EndedCall, id: number): ActivityEntry {
  const notes = notesOf(call);
  return {
    id,
    time: call.at.toISOString(),
    interface: call.settings.origin?.interface ?? 'library',
    tool: call.tool.name,
    success: 'result' in call,
    ...('failure' in call && { code: call.failure.code, outcome: call.failure.outcome }),
    duration_ms: Math.round(call.durationMs * 100) / 100,
    ...(isObject(notes) && { gantz: notes }),
  };
}

/** Returns the members `parameters` and `answer` as JSON, or `parameters_omitted` and `answer_omitted` for long ones. */
function detailOf(call: EndedCall): string {
  const { tool, input } = call;
  const parameters = textOf(isObject(input) ? redact(tool, input) : {});
  const envelope = 'result' in call ? success(call.result) : failure(call.failure);
  const answer = textOf(envelope, MAX_LENGTH - (parameters?.length ?? 0));
  return [
    parameters === undefined ? '"parameters_omitted":true' : `"parameters":${parameters}`,
    answer === undefined ? '"answer_omitted":true' : `"answer":${withoutSecrets(answer, call)}`,
  ].join();
}

function textOf(value: unknown, limit = MAX_LENGTH): string | undefined {
  if (leastLength(value, limit) > limit) return undefined;
  try {
    const text = JSON.stringify(value);
    return text.length > limit ? undefined : text;
  } catch {
    return undefined;
  }
}

/**
 * Returns a length that the JSON text of a value has at least. It stops counting above `limit`, so that a value of megabytes is
 * not written as JSON only to find that it is too long.
 */
function leastLength(value: unknown, limit: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let length = 2;
  for (const name in value) {
    length += 1 + leastLength((value as Record<string, unknown>)[name], limit - length);
    if (length > limit) break;
  }
  return length;
}

/** Replaces the values of secret parameters that the answer repeats. */
function withoutSecrets(answer: string, { tool, input }: EndedCall): string {
  if (!tool.secrets || !isObject(input)) return answer;
  return tool.secrets.reduce((text, name) => {
    const secret = input[name];
    if (typeof secret !== 'string' || secret.length < SHORTEST_SECRET) return text;
    return text.replaceAll(JSON.stringify(secret).slice(1, -1), '[secret]');
  }, answer);
}

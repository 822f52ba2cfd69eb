import type { Origin } from '../../contract/call.ts';
import { GantzError } from '../../contract/errors.ts';
import { escapeControls } from '../../contract/terminal.ts';
import { redact } from '../redact.ts';
import type { GuardedCall, Question, Wrap } from './guard.ts';
import type { Settings } from './settings.ts';

/** How to agree to a call in each interface. */
const HINTS: Readonly<Record<Origin['interface'], string>> = {
  cli: 'Run it on a terminal, where gantz asks, or write --yes before the name of the tool.',
  mcp: 'The client cannot ask a person: it has no elicitation. Ask a person to run it on the command line.',
  http: 'When a person has agreed, send the header Gantz-Confirm: yes.',
  batch: 'When a person has agreed, add "confirm":true to the line.',
  library: 'When a person has agreed, call it with the option confirm: true, or give a function that asks.',
  test: 'gantz test agrees to each call.',
};

/** The most characters of a value in a question. */
const LONGEST_VALUE = 2000;

/** Runs a call when a person has agreed to it. The time in which the person decides is not part of the call's time limit. */
export const runConfirmed: Wrap<Settings['confirm']> = async (_, guarded, next) => {
  const { tool, call, wishes } = guarded;
  const { confirm, origin } = wishes;
  if (confirm === true) return await next();
  const askedAt = performance.now();
  const answer = typeof confirm === 'function' ? await confirm(questionOf(guarded)) : undefined;
  call.signal?.throwIfAborted();
  if (answer === true)
    return await next({ call: { ...call, deadline: call.deadline.later(performance.now() - askedAt) } });
  if (answer === false) throw new GantzError('FORBIDDEN', `A person has declined the call of ${tool.name}`);
  throw new GantzError('FORBIDDEN', `A person must agree to each call of ${tool.name}`, {
    hint: HINTS[origin?.interface ?? 'library'],
  });
};

function questionOf({ tool, params }: GuardedCall): Question {
  const shown = redact(tool, params);
  const lines = Object.entries(shown).map(([name, value]) => `  ${plainName(name)}: ${textOf(value)}`);
  const text = [`Run ${tool.name}${lines.length > 0 ? ' with these parameters' : ''}?`, ...lines].join('\n');
  return { tool: tool.name, params: shown, text: escapeControls(text) };
}

function plainName(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

/** Renders a value as one line. Says how long it is when it is cut, so that nobody agrees to what is hidden without knowing it. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE
    ? text
    : `${text.slice(0, LONGEST_VALUE)}… (${text.length} characters, of which ${LONGEST_VALUE} are shown)`;
}

import {
  CLIENT_CAPABILITIES_META_KEY,
  inputRequired,
  inputResponse,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { isObject } from '../json/object.ts';
import type { Ask, Question } from '../run/guards/guard.ts';

/** The key of the question in the result and in the answers to it. */
const KEY = 'confirm';

/** How a call over MCP is confirmed. */
export type Confirmation = {
  /** For the guard `confirm`. */
  readonly ask: Ask;
  /** Returns the question for the client when the guard has asked one that has no answer yet. */
  readonly question: () => InputRequiredResult | undefined;
};

/**
 * Lets the client ask its user. In protocol version 2026 the result of the call is the question, and the client repeats the call with the
 * answer. For older versions the SDK asks by elicitation and runs the handler again. So no call waits for a person.
 */
export function confirmationOf(
  { inputResponses, envelope }: ServerContext['mcpReq'],
  initialized: () => ClientCapabilities | undefined,
): Confirmation {
  let asked: Question | undefined;
  return {
    ask(question) {
      const answer = inputResponse(inputResponses, KEY);
      if (answer.kind === 'elicit') return answer.action === 'accept' && answer.content?.[KEY] === true;
      const { [CLIENT_CAPABILITIES_META_KEY]: sent }: Record<string, unknown> = { ...envelope };
      if (canAsk(sent ?? initialized())) asked = question;
      return undefined;
    },
    question: () =>
      asked &&
      inputRequired({
        inputRequests: {
          [KEY]: inputRequired.elicit({
            message: asked.text,
            requestedSchema: {
              type: 'object',
              properties: { [KEY]: { type: 'boolean', title: `Run ${asked.tool}`, default: false } },
              required: [KEY],
            },
          }),
        },
      }),
  };
}

/** Returns true when the client can show a form to its user. Clients that name no mode can. */
function canAsk(capabilities: unknown): boolean {
  const elicitation = isObject(capabilities) ? capabilities['elicitation'] : undefined;
  return isObject(elicitation) && (elicitation['form'] !== undefined || elicitation['url'] === undefined);
}

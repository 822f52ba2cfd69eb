import { readText } from '../../manifest/parse/values.ts';
import type { ParsedAction, Syntax } from '../../manifest/tool-key.ts';
import { describe } from '../../manifest/yaml/node.ts';
import { error } from '../../manifest/yaml/problems.ts';
import type { HandlerAction } from './handler-action.ts';

const HANDLER = /^([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)\.([A-Za-z_$][\w$]*)$/;

/** `handler: module.function`. */
export const handlerSyntax: Syntax<ParsedAction<HandlerAction>> = {
  parse(problems, node) {
    const text = readText(problems, node, '`handler`');
    if (text === undefined) return undefined;
    const [, module, name] = HANDLER.exec(text.trim()) ?? [];
    if (module !== undefined && name !== undefined) {
      return { action: { kind: 'handler', module, function: name } };
    }
    error(
      problems,
      node.at,
      `${describe(node)} is not a handler`,
      'Write module.function: `weather.current` is the function `current` of tools/weather.ts, .js, .mjs or .py.',
    );
    return undefined;
  },
  schema: () => ({
    type: 'string',
    pattern: '^\\s*[A-Za-z_][A-Za-z0-9_.-]*\\.[A-Za-z_$][A-Za-z0-9_$]*\\s*$',
  }),
};

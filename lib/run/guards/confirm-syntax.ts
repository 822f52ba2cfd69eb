import { readBoolean } from '../../manifest/parse/values.ts';
import type { GuardSyntax } from '../../manifest/tool-key.ts';
import type { Settings } from './settings.ts';

/** `confirm: true`. */
export const confirmSyntax: GuardSyntax<Settings['confirm']> = {
  parse: (problems, node) => readBoolean(problems, node, '`confirm`'),
  schema: () => ({ $ref: '#/$defs/boolean' }),
};

import type { Guard } from './guard.ts';
import type { Settings } from './settings.ts';

/** Runs a call only when a person has agreed to it. */
export const confirm: Guard<Settings['confirm']> = {
  key: 'confirm',
  about: 'True when a person must agree to each call.',
  syntax: async () => (await import('./confirm-syntax.ts')).confirmSyntax,
  describe: () => 'a person must agree to each call: on a terminal gantz asks, elsewhere --yes agrees',
  load: async () => ({ run: (await import('./confirm-run.ts')).runConfirmed }),
};

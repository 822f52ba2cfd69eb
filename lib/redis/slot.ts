import slots from '@redis/client/dist/lib/utils/calculate-slot.js';
import type { Word } from './commands.ts';

/** Returns the cluster slot of a key. */
export const slotOf: (key: Word) => number = slots.default;

/** Returns the field `gantz` of an answer: what it has there already, and what the guards say. */
export function mergeNotes(known: unknown, notes: Readonly<Record<string, unknown>>): object {
  return typeof known === 'object' ? { ...known, ...notes } : notes;
}

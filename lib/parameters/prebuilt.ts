import type { ErrorObject } from 'ajv/dist/2020.js';

/** A compiled schema, as ajv makes it. */
export type Check = ((data: unknown) => boolean) & { errors?: ErrorObject[] | null };

/**
 * The checks of the bundled tools by the JSON text of their schema. A checkout has none and compiles what it needs; builds
 * put them here (scripts/build/validators.ts), since compiling one takes longer than the rest of a call.
 */
export const PREBUILT: Readonly<Record<string, Check>> = {};

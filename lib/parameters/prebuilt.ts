import type { ErrorObject } from 'ajv/dist/2020.js';

/** The errors of ajv. */
export type Errors = readonly ErrorObject[];

/** A function that ajv compiled from a schema. It returns true for valid data, and sets `errors` otherwise. */
export type Check = ((data: unknown) => boolean) & { errors?: ErrorObject[] | null };

/**
 * Functions that make the checks of the bundled tools, by the JSON text of their schema. To compile one takes longer than the
 * rest of a call, so a build replaces this table by a full one (scripts/build/validators.ts). A checkout compiles what it needs.
 */
export const PREBUILT: Readonly<Record<string, () => Check>> = {};

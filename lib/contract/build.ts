/** Set by scripts/build/bundle.ts. */
declare const GANTZ_BUILD: string | undefined;

/**
 * The name of this build, which its cache files carry, so that no build reads the files of another. Undefined in a
 * checkout.
 */
export const BUILD = typeof GANTZ_BUILD === 'undefined' ? undefined : GANTZ_BUILD;

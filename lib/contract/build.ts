/** Put in by scripts/build/bundle.ts. */
declare const GANTZ_BUILD: string | undefined;

/** Names what this program was built from, so that what one build kept is never read by another; a checkout has no name. */
export const BUILD = typeof GANTZ_BUILD === 'undefined' ? undefined : GANTZ_BUILD;

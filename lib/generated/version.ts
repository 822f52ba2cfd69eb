// Written by `npm run generate` from package.json; changes here are lost.

/** The version of this program. */
export const VERSION = "0.1.0";

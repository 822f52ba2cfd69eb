import { loadBundled } from '../../lib/manifest/bundled.ts';

/** The manifest of the Redis tools. */
export const BUNDLED_MANIFEST = await loadBundled();

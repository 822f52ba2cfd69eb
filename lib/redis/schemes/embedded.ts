import type { EmbeddedTarget } from '../target.ts';
import type { Scheme } from './scheme.ts';
import { serveOne } from './serve-one.ts';
import { invalidUrl } from './url-parts.ts';

/** The private server that gantz starts. */
export const embedded: Scheme<EmbeddedTarget> = {
  kind: 'embedded',
  names: ['embedded'],
  form: 'embedded: for a private server',
  parse(url) {
    if (url.length > 'embedded:'.length) throw invalidUrl('embedded: takes nothing after the colon');
    return { kind: 'embedded', display: 'embedded:' };
  },
  connect: (target, options) =>
    serveOne(target, options, async () => {
      const { embeddedLocator } = await import('../embedded/locator.ts');
      return embeddedLocator(target, options);
    }),
};

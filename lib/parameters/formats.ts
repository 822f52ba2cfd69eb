import formats from 'ajv-formats/dist/formats.js';
import { resultOf } from './patterns.ts';

/** The expression of the format `url`. Its time grows with the square of the length of the text. */
const URL = formats.fullFormats['url'];
const SHORT_TEXT = 1000;

/** The format `url` of ajv-formats. Only a short text is matched by the engine of the platform. */
export function isUrl(text: string): boolean {
  if (!(URL instanceof RegExp)) throw new TypeError('ajv-formats has another form');
  return text.length < SHORT_TEXT
    ? URL.test(text)
    : resultOf(`(?${URL.flags.replace('u', '')}:${URL.source})`, text);
}

/** The module `ajv-formats/dist/formats`, as compiled checks use it. */
export const FORMATS_MODULE = { ...formats, fullFormats: { ...formats.fullFormats, url: isUrl } };

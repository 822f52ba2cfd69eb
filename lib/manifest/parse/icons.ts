import type { Icon } from '../../contract/manifest.ts';
import { ICON, ICON_SIZE, ICON_URL } from '../keys.ts';
import { describe, type Node } from '../yaml/node.ts';
import { error, type Problems } from '../yaml/problems.ts';
import { asMap, readFields } from './fields.ts';
import { readChoice, readText, readTexts } from './values.ts';

/** Reads icons: a URL, a map, or a list of them. */
export function readIcons(problems: Problems, node: Node): Icon[] {
  const items = node.kind === 'list' ? node.items : [node];
  return items.flatMap((item) => {
    if (item.kind !== 'scalar') return readIcon(problems, item) ?? [];
    const src = readUrl(problems, item);
    return src === undefined ? [] : [{ src }];
  });
}

function readIcon(problems: Problems, node: Node): Icon | undefined {
  const map = asMap(problems, node, 'An icon', 'Write a URL, or { src: URL, sizes: [48x48] }.');
  if (!map) return undefined;
  const fields = readFields(problems, map, ICON, 'an icon');
  if (!fields.src) {
    error(problems, map.at, 'An icon has no `src`', 'Write { src: URL }.');
    return;
  }
  const src = readUrl(problems, fields.src);
  const mimeType = fields.mimeType && readText(problems, fields.mimeType, '`mimeType` of an icon');
  const sizes = fields.sizes && readTexts(problems, fields.sizes, '`sizes` of an icon');
  const theme = fields.theme && readChoice(problems, fields.theme, '`theme` of an icon', ['light', 'dark']);
  const wrong = sizes?.find((size) => !ICON_SIZE.test(size));
  if (fields.sizes && wrong !== undefined)
    error(
      problems,
      fields.sizes.at,
      `${JSON.stringify(wrong)} is not the size of an icon`,
      'Write 48x48, or any for an SVG.',
    );
  if (src === undefined) return undefined;
  return {
    src,
    ...(mimeType !== undefined && { mimeType }),
    ...(sizes && { sizes }),
    ...(theme && { theme }),
  };
}

function readUrl(problems: Problems, node: Node): string | undefined {
  const url = readText(problems, node, 'The URL of an icon');
  if (url === undefined || ICON_URL.test(url)) return url;
  error(
    problems,
    node.at,
    `The URL of an icon must begin with https:// or data:image/, not ${describe(node)}`,
    'A client loads the icon from there; a file is written as data:image/png;base64,….',
  );
}

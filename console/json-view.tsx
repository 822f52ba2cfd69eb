import type { VNode } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { size, visible } from './text.ts';

/** More characters are not shown. */
const SHOWN = 50_000;

type Token = { kind: '' | 'key' | 'string' | 'number' | 'word'; text: string };

/** Shows JSON text indented and coloured, as far as it is short enough, with buttons to copy and download all of it. */
export function JsonView({ text, label, name }: { text: string; label: string; name: string }): VNode {
  const { tokens, isCut } = useMemo(() => layOut(text, SHOWN), [text]);
  return (
    <div class="json">
      <div class="json-bar">
        <span class="json-label">{label}</span>
        <span class="note">{size(text.length)}</span>
        <CopyButton text={() => text} />
        {isCut && (
          <button type="button" class="quiet" onClick={() => download(text, `${name}.json`)}>
            Download
          </button>
        )}
      </div>
      <pre tabIndex={0} aria-label={label}>
        {tokens.map(({ kind, text: part }) => (kind ? <span class={`j-${kind}`}>{part}</span> : part))}
      </pre>
      {isCut && (
        <p class="note cut">
          Only the beginning is shown. Copy or download the value to see all of its {size(text.length)}.
        </p>
      )}
    </div>
  );
}

/** A button that copies a text. */
export function CopyButton({ text, children = 'Copy' }: { text: () => string; children?: string }): VNode {
  const [said, setSaid] = useState('');
  const copy = (): void => {
    navigator.clipboard.writeText(text()).then(
      () => setSaid('Copied'),
      () => setSaid('The browser does not allow it'),
    );
    setTimeout(() => setSaid(''), 1500);
  };
  return (
    <button type="button" class="quiet" onClick={copy}>
      <span aria-live="polite">{said || children}</span>
    </button>
  );
}

/** Saves a text as a file. The policy of the page allows no other addresses than data: for this. */
function download(text: string, name: string): void {
  const link = document.createElement('a');
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.href = url;
  link.download = name.replaceAll(/[^\w.-]/g, '_');
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/gsy;

/**
 * Splits JSON text into parts with colours, line breaks and indentation, and stops after `limit` characters. It works on the text,
 * since a parsed number has lost digits.
 */
function layOut(text: string, limit: number): { tokens: Token[]; isCut: boolean } {
  const tokens: Token[] = [];
  let depth = 0;
  let length = 0;
  let position = 0;
  const push = (kind: Token['kind'], part: string): void => {
    length += part.length;
    const last = tokens.at(-1);
    if (kind === '' && last?.kind === '') last.text += part;
    else tokens.push({ kind, text: part });
  };
  const line = (): void => push('', `\n${'  '.repeat(Math.min(depth, 40))}`);
  while (position < text.length && length <= limit) {
    while (/\s/.test(text[position] ?? '')) position++;
    TOKEN.lastIndex = position;
    const found = TOKEN.exec(text)?.[0];
    if (found === undefined) {
      push('', visible(text.slice(position, position + limit)));
      position = text.length;
      break;
    }
    position += found.length;
    if (found === '{' || found === '[') {
      const close = /^\s*[}\]]/.exec(text.slice(position, position + 10))?.[0];
      push('', close === undefined ? found : found + close.trim());
      if (close === undefined) {
        depth++;
        line();
      } else position += close.length;
    } else if (found === '}' || found === ']') {
      depth--;
      line();
      push('', found);
    } else if (found === ',') {
      push('', found);
      line();
    } else if (found === ':') {
      const last = tokens.at(-1);
      if (last) last.kind = 'key';
      push('', ': ');
    } else {
      const isString = found.startsWith('"');
      push(
        isString ? 'string' : /^[-\d]/.test(found) ? 'number' : 'word',
        visible(length + found.length > limit ? `${found.slice(0, Math.max(0, limit - length))}…` : found),
      );
      if (length + 1 > limit && found.length > limit) return { tokens, isCut: true };
    }
  }
  return { tokens, isCut: position < text.length || length > limit };
}

import type { Span } from './receiver.ts';

/** Attributes whose values are others in each run. */
const VARYING = /^(?:server\.(?:address|port)|client\.address|process\.pid|gantz\.(?:age_ms|delay_ms))$/;

/** Renders a trace as text: each span below its parent, in the order of their beginnings. Values of each run are `…`. */
export function renderTrace(spans: readonly Span[]): string {
  const ids = new Set(spans.map(({ id }) => id));
  const below = (parentId: string, depth: number): string[] =>
    spans
      .filter((span) => (depth === 0 ? !ids.has(span.parentId) : span.parentId === parentId))
      .sort((a, b) => Number(a.begins - b.begins))
      .flatMap((span) => [...linesOf(span, '  '.repeat(depth)), ...below(span.id, depth + 1)]);
  return `${below('', 0).join('\n')}\n`;
}

function linesOf({ name, kind, failed, attributes, events }: Span, indent: string): string[] {
  return [
    `${indent}${name} (${kind}${failed ? ', failed' : ''})`,
    ...Object.entries(attributes).map(([key, value]) => `${indent}    ${key}: ${shown(key, value)}`),
    ...events.flatMap((event) => [
      `${indent}    event ${event.name}`,
      ...Object.entries(event.attributes).map(
        ([key, value]) => `${indent}        ${key}: ${shown(key, value)}`,
      ),
    ]),
  ];
}

function shown(key: string, value: unknown): string {
  if (key === 'url.full') return String(value).replace(/127\.0\.0\.1:\d+/, '…');
  return VARYING.test(key) ? '…' : String(value);
}

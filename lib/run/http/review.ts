import type { HttpAction, Tool } from '../../manifest/manifest.ts';
import { findingOf, type Finding } from '../review/finding.ts';
import { checkHttp } from './check.ts';

/** What is wrong or doubtful about a request, found without sending it. */
export function reviewHttp({ inputSchema }: Tool, action: HttpAction): Finding[] {
  return checkHttp(action, Object.keys(inputSchema.properties)).map((problem) =>
    findingOf(textAt(action, problem.field), problem),
  );
}

/** The text of a field such as `url`, `headers.Accept` or `body.items[0]`. */
function textAt(action: HttpAction, field: string): string {
  const { url, method, extractJson = '', headers, query, body } = action;
  let value: unknown = { url, method, extract_json: extractJson, headers, query, body };
  const [root = '', ...rest] = field.split('.');
  // A header's name may hold a dot; a body's members are few enough to try each step.
  const steps =
    root === 'headers' || root === 'query' ? [root, rest.join('.')] : field.split(/[.[\]]+/).filter(Boolean);
  for (const step of steps) {
    value =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  }
  return typeof value === 'string' ? value : '';
}

import type { LintProblem } from '../../manifest/parse/review.ts';
import type { Tool } from '../../manifest/manifest.ts';

/** What would keep a tool's action from running well, found without running it; a lint for the manifest. */
export async function reviewAction(tool: Tool): Promise<LintProblem[]> {
  switch (tool.action?.kind) {
    case 'script':
      return (await import('../script/script-review.ts')).reviewScript(tool, tool.action);
    case 'http':
      return (await import('../http/http-review.ts')).reviewHttp(tool, tool.action);
    case 'handler':
      if (tool.action.builtin) return [];
      return (await import('../handler/handler-review.ts')).reviewHandler(tool, tool.action);
    case undefined:
      return [];
  }
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who publishes a release, and where its files can be downloaded. */
export type Publisher = {
  /** The owner and the name of the repository on GitHub: `owner/name`. */
  repository: string;
  /** The name of the MCP server in registries: `io.github.owner/name`. */
  mcpName: string;
};

/** The repository in the files of a dry run when package.json names none. Nobody can publish there. */
const EXAMPLE = 'example/gantz';

/**
 * Returns the publisher that `repository` in package.json names, and whether it is only an example, since there is no such
 * member. Throws when the member names no repository on GitHub.
 */
export async function readPublisher(root: string): Promise<Publisher & { isExample: boolean }> {
  const { repository } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    repository?: string | { url: string };
  };
  const text = typeof repository === 'object' ? repository.url : (repository ?? `github:${EXAMPLE}`);
  const [, owner, name] = /github(?:\.com[/:]|:)([\w.-]+)\/([\w.-]+?)(?:\.git)?$/.exec(text) ?? [];
  if (owner === undefined || name === undefined)
    throw new Error(`"repository" in package.json is not a repository on GitHub: ${text}`);
  return {
    repository: `${owner}/${name}`,
    mcpName: `io.github.${owner}/${name}`,
    isExample: repository === undefined,
  };
}

/** Returns the URL below which the files of a release can be downloaded. */
export function downloadUrl({ repository }: Publisher, version: string): string {
  return `https://github.com/${repository}/releases/download/v${version}`;
}

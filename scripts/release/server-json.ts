import { downloadUrl, type Publisher } from './publisher.ts';
import { SETTINGS, type Setting } from './settings.ts';

export type ServerJsonOptions = {
  publisher: Publisher;
  version: string;
  /** At most 100 characters. */
  description: string;
  /** The bundle: the name and the SHA-256 of its file. */
  bundle: { file: string; sha256: string };
};

const SCHEMA = 'https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json';

/** Returns server.json, which describes the server to the MCP registry and to clients that install from it. */
export function serverJson({ publisher, version, description, bundle }: ServerJsonOptions): object {
  const transport = { type: 'stdio' };
  const environmentVariables = SETTINGS.map(inputOf);
  return {
    $schema: SCHEMA,
    name: publisher.mcpName,
    title: 'gantz',
    description,
    version,
    repository: { url: `https://github.com/${publisher.repository}`, source: 'github' },
    packages: [
      {
        registryType: 'npm',
        identifier: 'gantz',
        version,
        runtimeHint: 'npx',
        transport,
        packageArguments: [{ type: 'positional', value: 'mcp' }],
        environmentVariables,
      },
      // The bundle asks for the same settings itself.
      {
        registryType: 'mcpb',
        identifier: `${downloadUrl(publisher, version)}/${bundle.file}`,
        fileSha256: bundle.sha256,
        transport,
      },
    ],
  };
}

function inputOf({ variable, type, description, default: value, sensitive }: Setting): object {
  return {
    name: variable,
    description,
    format: type,
    default: String(value),
    ...(sensitive && { isSecret: true }),
  };
}

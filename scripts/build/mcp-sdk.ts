import type { Plugin } from 'esbuild';

/**
 * The MCP SDK without the copy of ajv inside it, a fifth of what loading it costs. It checks what users answer to a server
 * that asks them, which no tool does; lib/mcp/server.ts says so to the SDK.
 */
export const trimmedMcpSdk: Plugin = {
  name: 'trimmed-mcp-sdk',
  setup(build) {
    build.onLoad({ filter: /[\\/]@modelcontextprotocol[\\/]server[\\/]dist[\\/]shimsNode\.[cm]js$/ }, () => ({
      contents: `exports.process = require('node:process');
        exports.DefaultJsonSchemaValidator = class { constructor() { throw new Error('the validator of the MCP SDK is not in this build'); } };`,
      loader: 'js',
    }));
  },
};

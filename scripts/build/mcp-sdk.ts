import type { Plugin } from 'esbuild';

/**
 * Removes the copy of ajv from the MCP SDK, which is a fifth of its loading time. The SDK uses it to check the answers of users
 * to elicitation requests, and no tool sends those (lib/mcp/server.ts configures the SDK for this).
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

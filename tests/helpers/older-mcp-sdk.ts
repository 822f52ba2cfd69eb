/**
 * The parts of version 1 of the MCP SDK that the tests use. The package is not among the root's packages, since only these
 * tests and the examples need it: `bin/setup tests` installs it below examples/.
 */
export { Client as OlderClient } from '../../examples/node_modules/@modelcontextprotocol/sdk/dist/esm/client/index.js';
export { StdioClientTransport as OlderStdioClientTransport } from '../../examples/node_modules/@modelcontextprotocol/sdk/dist/esm/client/stdio.js';
export { StreamableHTTPClientTransport as OlderHttpClientTransport } from '../../examples/node_modules/@modelcontextprotocol/sdk/dist/esm/client/streamableHttp.js';
export { InMemoryTransport as OlderInMemoryTransport } from '../../examples/node_modules/@modelcontextprotocol/sdk/dist/esm/inMemory.js';

import type { Command, CommandTable } from './command.ts';

const call: Omit<Command, 'summary'> = {
  takesTool: true,
  load: async () => (await import('./commands/call.ts')).define,
};

/** Every built-in command. The file of a command is loaded when it is called. Any other first word is the group of a tool. */
export const COMMANDS: CommandTable = {
  call: { ...call, summary: 'run a tool by its full name' },
  // The name of this command in the Gantz CLI, whose manifests this program runs.
  run: { ...call, summary: 'the same as call; without a tool, the same as serve' },
  tools: {
    summary: 'list the tools',
    load: async () => (await import('./commands/tools.ts')).define,
  },
  describe: {
    summary: 'show the parameters, an example and the result of a tool',
    load: async () => (await import('./commands/describe.ts')).define,
  },
  mcp: {
    summary: 'serve the tools over the Model Context Protocol on stdin and stdout',
    load: async () => (await import('./commands/mcp.ts')).define,
  },
  ping: {
    summary: 'show the Redis server in use: its version, its address and the round-trip time',
    load: async () => (await import('./commands/ping.ts')).define,
  },
  doctor: {
    summary: 'check the Redis server in use: what it is, which tools it can run, and risks of its settings',
    load: async () => (await import('./commands/doctor.ts')).define,
  },
  redis: {
    summary: 'show or stop the embedded Redis',
    load: async () => (await import('./commands/redis.ts')).define,
  },
  'cache-clear': {
    summary: 'delete the cached answers of a tool with the guard cache',
    load: async () => (await import('./commands/cache-clear.ts')).define,
  },
  'with-lock': {
    summary: 'run a command while holding a lock',
    load: async () => (await import('./commands/with-lock.ts')).define,
  },
  export: {
    summary: 'write the keys of the namespace as lines of JSON, for gantz import',
    load: async () => (await import('./commands/export.ts')).define,
  },
  import: {
    summary: 'write the keys of an export into Redis; keeps existing keys',
    load: async () => (await import('./commands/import.ts')).define,
  },
  validate: {
    summary: 'check manifests, and report every problem with its position',
    load: async () => (await import('./commands/validate.ts')).define,
  },
  init: {
    summary: 'start a project: write a gantz.yaml that works',
    load: async () => (await import('./commands/init.ts')).define,
  },
  test: {
    summary: 'run the tests of the tools in the manifest',
    load: async () => (await import('./commands/test.ts')).define,
  },
  schema: {
    summary: 'print the JSON Schema of gantz.yaml, for editors',
    load: async () => (await import('./commands/schema.ts')).define,
  },
  types: {
    summary: 'print TypeScript types of the parameters and results of the tools',
    load: async () => (await import('./commands/types.ts')).define,
  },
  docs: {
    summary: 'print a Markdown page of the tools',
    load: async () => (await import('./commands/docs.ts')).define,
  },
  skill: {
    summary: 'print instructions for an agent that calls the tools through a shell',
    load: async () => (await import('./commands/skill.ts')).define,
  },
  serve: {
    summary: 'serve the tools over HTTP: MCP and REST',
    load: async () => (await import('./commands/serve.ts')).define,
  },
  batch: {
    summary: 'run many calls: reads one JSON object per line, prints one envelope per line',
    load: async () => (await import('./commands/batch.ts')).define,
  },
  completion: {
    summary: 'print the completion script of a shell',
    load: async () => (await import('./commands/completion.ts')).define,
  },
  complete: {
    summary: 'print the completions of the last word',
    hidden: true,
    // The table is passed as an argument, because an import of this file in complete.ts would be a cycle.
    load: async () => (await import('./commands/complete.ts')).defineComplete(COMMANDS),
  },
};

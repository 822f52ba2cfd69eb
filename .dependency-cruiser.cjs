/**
 * The dependencies of docs/architecture.md, checked, type imports included:
 * main → cli → mcp, http, batch; these and library → serving → run → manifest, parameters, redis → json → contract.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const interfaces = '^lib/(cli|mcp|http|batch|library)/';
const aboveRun = '^lib/(cli|mcp|http|batch|library|serving|start/|main)';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Only a group file that is run by itself loads the whole program, itself included.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^lib/start/entry-of-group' } },
    },
    {
      name: 'interfaces-stay-apart',
      comment: 'Interfaces share the modules below them, never each other.',
      severity: 'error',
      from: { path: interfaces, pathNot: '^lib/(cli/commands/(mcp|serve|batch)|http/mcp)\\.ts$' },
      to: { path: interfaces, pathNot: '^lib/$1/' },
    },
    {
      name: 'commands-start-interfaces',
      comment: 'The commands mcp, serve and batch parse their flags and call the interface that they start.',
      severity: 'error',
      from: { path: '^lib/cli/commands/(mcp|serve|batch)\\.ts$' },
      to: { path: interfaces, pathNot: '^lib/(cli|mcp|http|batch)/' },
    },
    {
      name: 'mcp-over-http',
      comment: 'MCP over HTTP is the one place where an interface uses another: its server and its messages.',
      severity: 'error',
      from: { path: '^lib/http/mcp\\.ts$' },
      to: { path: interfaces, pathNot: '^lib/(http/|mcp/(server|message)\\.ts$)' },
    },
    {
      name: 'only-main-starts-the-command-line',
      severity: 'error',
      from: { path: '^(lib|tools)/', pathNot: '^lib/(cli/|main\\.ts$)' },
      to: { path: '^lib/cli/' },
    },
    {
      name: 'only-start-imports-main',
      severity: 'error',
      from: { path: '^(lib|tools)/', pathNot: '^lib/start/' },
      to: { path: '^lib/main\\.ts$' },
    },
    {
      name: 'only-a-group-imports-start',
      comment:
        'The last line of a group file runs it by itself. The start of the process is above everything else.',
      severity: 'error',
      from: { path: '^(lib|tools)/', pathNot: '^lib/start/' },
      to: { path: '^lib/start/', pathNot: '^lib/start/entry-of-group\\.ts$' },
    },
    {
      name: 'entry-of-group-is-for-tools',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^lib/start/entry-of-group\\.ts$' },
    },
    {
      name: 'crash-handling-stands-alone',
      comment: 'A crash must print its envelope when the rest of the program cannot be loaded.',
      severity: 'error',
      from: { path: '^lib/start/crash\\.ts$' },
      to: { path: '^(lib|tools)/', pathNot: '^lib/(contract/|errors\\.ts$|envelope\\.ts$)' },
    },
    {
      name: 'serving-is-below-interfaces',
      severity: 'error',
      from: { path: '^lib/serving/' },
      to: { path: [interfaces, '^lib/(main|start/)', '^tools/'] },
    },
    {
      name: 'run-is-below-serving',
      severity: 'error',
      from: { path: '^lib/run/' },
      to: { path: aboveRun },
    },
    {
      name: 'judgement-reads-no-source',
      comment: 'What reads shell source calls the judgement of a command, never the other way round.',
      severity: 'error',
      from: { path: '^lib/run/script/judgement/' },
      to: { path: '^lib/run/', pathNot: '^lib/run/script/judgement/' },
    },
    {
      name: 'manifest-and-parameters-run-nothing',
      severity: 'error',
      from: { path: '^lib/(manifest|parameters)/' },
      to: { path: [aboveRun, '^lib/(run|redis)/', '^tools/'] },
    },
    {
      name: 'reference-renders-tools',
      comment: 'Pages and definitions are made of tools and schemas alone.',
      severity: 'error',
      from: { path: '^lib/reference/' },
      to: { path: [aboveRun, '^lib/(run|redis|cache)/', '^tools/'] },
    },
    {
      name: 'redis-has-no-tools',
      severity: 'error',
      from: { path: '^lib/redis/' },
      to: { path: [aboveRun, '^lib/(run|manifest|parameters)/', '^tools/'] },
    },
    {
      name: 'contract-is-the-lowest',
      comment: 'What all modules share depends on nothing above it.',
      severity: 'error',
      from: {
        path: '^lib/(contract/|errors|envelope|deadline|call|nearest|switch|certificate|duration|json/)',
      },
      to: {
        path: '^(lib|tools)/',
        pathNot: '^lib/(contract/|errors|envelope|deadline|call|nearest|json/|generated/)',
      },
    },
    {
      name: 'cache-keeps-plain-data',
      comment:
        'The cache is given the function that loads what it does not have; it imports only types of the data.',
      severity: 'error',
      from: { path: '^lib/(cache/|start/(node|start)\\.ts$)' },
      to: {
        path: '^(lib|tools)/',
        pathNot:
          '^lib/(cache/|contract/|start/(node|start)\\.ts$|build|switch|manifest/manifest|parameters/prebuilt)',
      },
    },
    {
      name: 'tools-use-redis-only',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^lib/', pathNot: '^lib/(redis/|errors|call|generated/|start/entry-of-group)' },
    },
    {
      name: 'only-run-calls-tools',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/run/' },
      to: { path: '^tools/' },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^(lib|tools)/', pathNot: '\\.d\\.ts$' },
      to: {},
    },
    {
      name: 'no-undeclared-packages',
      severity: 'error',
      from: { path: '^(lib|tools)/' },
      to: { dependencyTypes: ['unknown', 'undetermined', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(tests/fixtures|tests/consumer)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};

/**
 * The arrows of docs/architecture.md, checked: main → faces → run → manifest, parameters, redis → json, errors.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const faces = '^lib/(cli|mcp|http|batch|library)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A group file that is run by itself loads the whole program, itself included.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^lib/entry-of-group', dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'faces-stay-apart',
      comment: 'Faces share the rooms below them, never each other (HTTP may use the MCP room).',
      severity: 'error',
      from: { path: faces },
      to: { path: faces, pathNot: ['^lib/$1/', '^lib/mcp/'] },
    },
    {
      name: 'only-http-enters-mcp',
      severity: 'error',
      from: { path: faces, pathNot: '^lib/(mcp|http)/' },
      to: { path: '^lib/mcp/' },
    },
    {
      name: 'command-knows-no-face',
      severity: 'error',
      from: { path: '^lib/command/' },
      to: { path: [faces, '^lib/main'] },
    },
    {
      name: 'run-knows-no-face',
      severity: 'error',
      from: { path: '^lib/run/' },
      to: { path: [faces, '^lib/(main|command)'] },
    },
    {
      name: 'shell-imports-nothing',
      comment: 'lib/shell reads shell source. It imports nothing about tools, manifests or errors.',
      severity: 'error',
      from: { path: '^lib/shell/' },
      to: { path: '^(lib|tools)/', pathNot: '^lib/shell/' },
    },
    {
      name: 'manifest-and-parameters-run-nothing',
      severity: 'error',
      from: { path: '^lib/(manifest|parameters)/' },
      to: { path: [faces, '^lib/(run|redis|main|command)', '^tools/'] },
    },
    {
      name: 'redis-knows-no-tool',
      severity: 'error',
      from: { path: '^lib/redis/' },
      to: { path: [faces, '^lib/(run|manifest|parameters|main|command)', '^tools/'] },
    },
    {
      name: 'ground-floor',
      comment: 'errors, envelope, json and the generated tables stand on nothing above them.',
      severity: 'error',
      from: { path: '^lib/(errors|envelope|deadline|call|nearest|switch|certificate|json/)' },
      to: { path: '^(lib|tools)/', pathNot: '^lib/(errors|envelope|deadline|call|nearest|json/|generated/)' },
    },
    {
      name: 'cache-keeps-plain-data',
      comment: 'The cache is told how to load what it has not got; it knows types alone.',
      severity: 'error',
      from: { path: '^lib/(cache|start)/' },
      to: {
        path: '^(lib|tools)/',
        pathNot: '^lib/(cache/|start/|build|switch|manifest/manifest|parameters/prebuilt)',
      },
    },
    {
      name: 'tools-see-redis-only',
      severity: 'error',
      from: { path: '^tools/' },
      to: { path: '^lib/', pathNot: '^lib/(redis/|errors|call|generated/|entry-of-group)' },
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

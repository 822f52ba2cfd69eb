// Checks the dependencies that docs/architecture.md describes, type imports included.

/** Each module of lib/ and the modules that it may import, besides itself and lib/generated. */
const MODULES = {
  contract: [],
  json: ['contract'],
  cache: ['json', 'contract'],
  regexp: [],
  parameters: ['regexp', 'cache', 'json', 'contract'],
  manifest: ['parameters', 'json', 'contract'],
  redis: ['json', 'contract'],
  shell: ['contract'],
  run: ['shell', 'manifest', 'parameters', 'redis', 'cache', 'json', 'contract'],
  reference: ['run', 'manifest', 'parameters', 'json', 'contract'],
  'tool-tests': ['run', 'manifest', 'parameters', 'json', 'contract'],
  serving: ['run', 'manifest', 'contract'],
  telemetry: ['run', 'json', 'contract'],
  batch: ['telemetry', 'serving', 'run', 'manifest', 'parameters', 'json', 'contract'],
  mcp: ['telemetry', 'serving', 'reference', 'run', 'manifest', 'parameters', 'redis', 'json', 'contract'],
  http: ['telemetry', 'serving', 'tool-tests', 'run', 'manifest', 'parameters', 'json', 'contract'],
  library: ['run', 'manifest', 'parameters', 'cache', 'json', 'contract'],
  cli: ['reference', 'tool-tests', 'run', 'manifest', 'parameters', 'redis', 'json', 'contract'],
  start: ['cache', 'contract'],
};

/** Single files that may import more than their module. */
const EXCEPTIONS = {
  // The commands of these names parse their flags and start the interface.
  'lib/cli/commands/mcp.ts': ['mcp'],
  'lib/cli/commands/serve.ts': ['http'],
  'lib/cli/commands/batch.ts': ['batch'],
  // MCP over HTTP serves the server of lib/mcp.
  'lib/http/mcp.ts': ['mcp'],
};

const pathOf = (modules) => `^lib/(${modules.join('|')})/`;
const escaped = (file) => `^${file.replaceAll('.', '\\.')}$`;
const exceptions = Object.keys(EXCEPTIONS).map(escaped);

const moduleRules = Object.entries(MODULES).map(([name, others]) => ({
  name: `imports-of-${name}`,
  severity: 'error',
  from: { path: `^lib/${name}/`, pathNot: exceptions },
  to: {
    path: '^lib/',
    pathNot: [
      pathOf([name, 'generated', ...others]),
      // The start of the process is above main; nothing else is.
      ...(name === 'start' ? ['^lib/main\\.ts$'] : []),
    ],
  },
}));

const exceptionRules = Object.entries(EXCEPTIONS).map(([file, others]) => {
  const [, name] = file.split('/');
  return {
    name: `imports-of-${file}`,
    severity: 'error',
    from: { path: escaped(file) },
    to: { path: '^lib/', pathNot: pathOf([name, 'generated', ...MODULES[name], ...others]) },
  };
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...moduleRules,
    ...exceptionRules,
    {
      name: 'every-file-is-in-a-module',
      comment: 'lib/main.ts is the only file at the root of lib/. A new folder needs a line in MODULES.',
      severity: 'error',
      from: {},
      to: { path: '^lib/', pathNot: ['^lib/main\\.ts$', pathOf([...Object.keys(MODULES), 'generated'])] },
    },
    {
      name: 'main-starts-the-command-line',
      severity: 'error',
      from: { path: '^lib/main\\.ts$' },
      to: {
        path: '^(lib|tools)/',
        pathNot: [pathOf(['cli', 'run', 'cache', 'contract']), '^lib/generated/version\\.ts$'],
      },
    },
    {
      name: 'tools-use-redis',
      comment: 'The last line of a group file runs it by itself, with lib/start/entry-of-group.ts.',
      severity: 'error',
      from: { path: '^tools/' },
      to: {
        path: '^lib/',
        pathNot: [pathOf(['redis', 'json', 'contract', 'generated']), '^lib/start/entry-of-group\\.ts$'],
      },
    },
    {
      name: 'only-bundled-actions-use-tools',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/run/bundled/' },
      to: { path: '^tools/' },
    },
    {
      name: 'crash-handling-stands-alone',
      comment: 'A crash must print its envelope when the rest of the program cannot be loaded.',
      severity: 'error',
      from: { path: '^lib/start/crash\\.ts$' },
      to: { path: '^(lib|tools)/', pathNot: [pathOf(['contract']), '^lib/start/(stdout|bun-write)\\.ts$'] },
    },
    {
      name: 'generated-files-import-types',
      severity: 'error',
      from: { path: '^lib/generated/' },
      to: { path: '^(lib|tools)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycles',
      comment: 'A group file that runs by itself loads the whole program, itself included.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { pathNot: '^lib/start/entry-of-group\\.ts$' } },
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

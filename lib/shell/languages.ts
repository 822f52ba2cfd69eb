import { checkMake } from './check-builtins.ts';
import type { Program } from './program.ts';
import { sourceOf } from './reasons.ts';

const ENVIRONMENT = 'Read it from the environment instead:';
const PATTERN = 'Check it with a pattern.';
const BIND =
  'Let the client bind it (psql -v value="$GANTZ_ARG_X" and :\'value\'), or check it with a pattern.';
const EVAL = /^-e$/;

/**
 * Programs that parse other languages than that of a shell, with what a script of the language writes in place of a
 * placeholder. Their source is a warning.
 */
export const LANGUAGES: Program[] = [
  interpreter('python python2 python3 pypy pypy3', 'Python', 'os.environ["GANTZ_ARG_X"]', /^-[A-Za-z]*c$/),
  interpreter(
    'node nodejs bun tsx ts-node',
    'JavaScript',
    'process.env.GANTZ_ARG_X',
    /^-(?:e|p|pe)$|^--(?:eval|print)$/,
  ),
  interpreter('perl', 'Perl', '$ENV{GANTZ_ARG_X}', /^-[A-Za-z0-9]*[eE]$/),
  interpreter('ruby', 'Ruby', 'ENV["GANTZ_ARG_X"]', /^-[A-Za-z0-9]*e$/),
  interpreter('php', 'PHP', 'getenv("GANTZ_ARG_X")', /^-[rBRE]$/),
  interpreter('julia', 'Julia', 'ENV["GANTZ_ARG_X"]', /^-[eE]$|^--(?:eval|print)$/),
  interpreter('R Rscript', 'R', 'Sys.getenv("GANTZ_ARG_X")', EVAL),
  interpreter('lua luajit', 'Lua', 'os.getenv("GANTZ_ARG_X")', EVAL),
  interpreter('osascript', 'AppleScript', 'system attribute "GANTZ_ARG_X"', EVAL),
  interpreter('expect tclsh', 'Tcl', '$env(GANTZ_ARG_X)', /^-c$/),
  {
    names: 'deno',
    code: sourceOf('JavaScript', `${ENVIRONMENT} Deno.env.get("GANTZ_ARG_X").`),
    words: 'later',
  },
  {
    names: 'vim nvim vi ex',
    code: sourceOf('Vim', `${ENVIRONMENT} $GANTZ_ARG_X in an expression.`),
    options: /^-c$|^--cmd$/,
  },
  {
    names: 'ed',
    code: sourceOf('ed', 'Use a program that takes it as an argument.'),
    input: 'unless-file',
  },
  { names: 'gdb', code: sourceOf('GDB', PATTERN), options: /^-{1,2}(?:ex|eval-command|iex)$/ },
  {
    names: 'bc dc',
    code: sourceOf('bc', 'Give the parameter the type number, or check it with a pattern.'),
    options: /^-e$|^--expression$/,
    input: 'unless-file',
  },
  {
    names: 'awk gawk mawk nawk',
    code: sourceOf('awk', `${ENVIRONMENT} ENVIRON["GANTZ_ARG_X"].`),
    options: /^-e$|^--source$/,
    valued: /^-[FvfEi]$/,
    words: 'first',
  },
  {
    names: 'sed gsed',
    code: sourceOf('sed', 'Use a program that takes it as an argument, or awk with ENVIRON["GANTZ_ARG_X"].'),
    options: /^-[a-zA-Z]*e$|^--expression$/,
    valued: /^-[fl]$/,
    words: 'first',
  },
  {
    names: 'jq gojq jaq',
    code: sourceOf('jq', 'Pass it as a variable, --arg x {{x}} and $x, or read env.GANTZ_ARG_X.'),
    valued: /^-[fL]$|^--(?:indent|tab|from-file)$/,
    pairs: /^--(?:slurpfile|rawfile|arg|argjson)$/,
    words: 'first',
  },
  { names: 'yq', code: sourceOf('yq', `${ENVIRONMENT} strenv(GANTZ_ARG_X).`), words: 'first' },
  database('psql', /^-[A-Za-z]*c$|^--command$/),
  database('mysql mariadb', /^-[A-Za-z]*e$|^--execute$/),
  database('cqlsh', /^-e$|^--execute$/),
  database('sqlcmd', /^-[qQ]$/),
  database('clickhouse-client', /^-q$|^--query$/, 'Bind it: --param_x={{x}} and {x:String}.'),
  { ...database('duckdb', /^-[cs]$/), words: 'later' },
  {
    ...database('sqlite3', /^-cmd$/, 'Bind it (.parameter set), or check it with a pattern.'),
    valued: /^-(?:separator|init|nullvalue)$/,
    words: 'later',
  },
  {
    names: 'mongosh mongo',
    code: sourceOf('JavaScript', `${ENVIRONMENT} process.env.GANTZ_ARG_X.`),
    options: /^--eval$/,
    input: 'unless-option',
  },
  {
    names: 'redis-cli',
    code: sourceOf('Lua', 'Pass it after the number of keys and read ARGV[1].'),
    options: /^eval$/i,
  },
  {
    names: 'gnuplot',
    code: sourceOf('gnuplot', 'Pass it with -c as an argument of a script.'),
    options: EVAL,
    input: 'unless-file',
  },
  { names: 'xmllint', code: sourceOf('XPath', PATTERN), options: /^--xpath$/ },
  {
    names: 'make gmake',
    code: sourceOf('make', `${ENVIRONMENT} $$GANTZ_ARG_X in a recipe.`),
    options: /^--eval$/,
    check: checkMake,
  },
];

/** A language whose interpreter takes source from an option, from a file, or else from its standard input. */
function interpreter(names: string, language: string, variable: string, options: RegExp): Program {
  const code = sourceOf(language, `${ENVIRONMENT} ${variable}.`);
  return { names, code, options, input: 'unless-file' };
}

/** A client of a database, which takes SQL from an option, or else from its standard input. */
function database(names: string, options: RegExp, hint = BIND): Program {
  return { names, code: sourceOf('SQL', hint), options, input: 'unless-option' };
}

import { checkMake } from './check-builtins.ts';
import type { Program } from './program.ts';
import { RECIPE, sourceOf } from './reasons.ts';

const EVAL = /^-e$/;
const NODE_EVAL = /^-(?:e|p|pe)$|^--(?:eval|print)$/;
const LOAD = /^-X$|^--(?:require|import)$/;
const EXPRESSION = /^-[a-zA-Z]*e$|^--expression$/;
const AWK_CODE = /^-e$|^--source$/;
const AWK_VALUED = /^-[FvfEi]$/;
const JQ_VALUED = /^-[fL]$|^--(?:indent|tab|from-file)$/;
const JQ_PAIRS = /^--(?:slurpfile|rawfile|arg|argjson)$/;
const PATTERN = 'Check it with a pattern.';
const NUMBER = 'Give the parameter the type number, or check it with a pattern.';
const BIND =
  "Let the client bind it (psql -v v={{x}} and :'v' in its input, not in -c), or check it with a pattern.";
const JQ_HINT = 'Pass it as a variable, --arg x {{x}} and $x, or read env.GANTZ_ARG_X.';
const SED_HINT = 'Use a program that takes it as an argument, or awk with ENVIRON["GANTZ_ARG_X"].';
const AWK_HINT = fromEnvironment('ENVIRON["GANTZ_ARG_X"]');
const SQLITE_HINT = `Write it to a file, and read that: cast(readfile('FILE') as text). ${PATTERN}`;
const SQLITE_VALUED = /^-(?:separator|init|nullvalue)$/;
const NODE_HINT = fromEnvironment('process.env.GANTZ_ARG_X');
const REDIS_HINT = 'Pass it after the number of keys and read ARGV[1].';

/** Rows for programs that parse other languages than that of a shell. A placeholder in their source is a warning. */
export const LANGUAGES: Program[] = [
  interpreter('python python2 python3 pypy pypy3', 'Python', 'os.environ["GANTZ_ARG_X"]', /^-[A-Za-z]*c$/),
  interpreter('node nodejs bun tsx ts-node', 'JavaScript', 'process.env.GANTZ_ARG_X', NODE_EVAL),
  interpreter('perl', 'Perl', '$ENV{GANTZ_ARG_X}', /^-[A-Za-z0-9]*[eE]$/),
  interpreter('ruby', 'Ruby', 'ENV["GANTZ_ARG_X"]', /^-[A-Za-z0-9]*e$/),
  interpreter('php', 'PHP', 'getenv("GANTZ_ARG_X")', /^-[rBRE]$/),
  interpreter('julia', 'Julia', 'ENV["GANTZ_ARG_X"]', /^-[eE]$|^--(?:eval|print)$/),
  interpreter('R Rscript', 'R', 'Sys.getenv("GANTZ_ARG_X")', EVAL),
  interpreter('lua luajit', 'Lua', 'os.getenv("GANTZ_ARG_X")', EVAL),
  interpreter('osascript', 'AppleScript', 'system attribute "GANTZ_ARG_X"', EVAL),
  interpreter('expect tclsh', 'Tcl', '$env(GANTZ_ARG_X)', /^-c$/),
  { ...language('deno', 'JavaScript', fromEnvironment('Deno.env.get("GANTZ_ARG_X")')), words: 'later' },
  { ...language('vim nvim vi ex', 'Vim', fromEnvironment('$GANTZ_ARG_X')), options: /^-c$|^--cmd$/ },
  { ...language('ed', 'ed', 'Use a program that takes it as an argument.'), input: 'unless-file' },
  { ...language('gdb', 'GDB', PATTERN), options: /^-{1,2}(?:ex|eval-command|iex)$/ },
  { ...language('bc dc', 'bc', NUMBER), options: EXPRESSION, input: 'unless-file' },
  { ...language('gnuplot', 'gnuplot', 'Pass it with -c.'), options: EVAL, input: 'unless-file' },
  { ...language('xmllint', 'XPath', PATTERN), options: /^--xpath$/ },
  { ...language('sed gsed', 'sed', SED_HINT), options: EXPRESSION, valued: /^-[fl]$/, words: 'first' },
  { ...language('yq', 'yq', fromEnvironment('strenv(GANTZ_ARG_X)')), words: 'first' },
  {
    ...language('awk gawk mawk nawk', 'awk', AWK_HINT),
    options: AWK_CODE,
    valued: AWK_VALUED,
    words: 'first',
  },
  { ...language('jq gojq jaq', 'jq', JQ_HINT), valued: JQ_VALUED, pairs: JQ_PAIRS, words: 'first' },
  database('psql', /^-[A-Za-z]*c$|^--command$/),
  database('mysql mariadb cqlsh', /^-[A-Za-z]*e$|^--execute$/),
  database('sqlcmd', /^-[qQ]$/),
  database('clickhouse-client', /^-q$|^--query$/, 'Bind it: --param_x={{x}} and {x:String}.'),
  { ...database('duckdb', /^-[cs]$/), words: 'later' },
  { ...database('sqlite3', /^-cmd$/, SQLITE_HINT), valued: SQLITE_VALUED, words: 'later' },
  { ...language('mongosh mongo', 'JavaScript', NODE_HINT), options: /^--eval$/, input: 'unless-option' },
  { ...language('redis-cli', 'Lua', REDIS_HINT), options: /^eval$/i },
  { ...language('make gmake', 'make', RECIPE.hint), options: /^--eval$/, check: checkMake },
];

function language(names: string, name: string, hint: string): Program {
  return { names, code: sourceOf(name, hint) };
}

/** An interpreter that takes source from an option, from a file, or else from its standard input. */
function interpreter(names: string, name: string, variable: string, options: RegExp): Program {
  return { ...language(names, name, fromEnvironment(variable)), options, valued: LOAD, input: 'unless-file' };
}

/** A client of a database that takes SQL from an option, or else from its standard input. */
function database(names: string, options: RegExp, hint = BIND): Program {
  return { ...language(names, 'SQL', hint), options, input: 'unless-option' };
}

function fromEnvironment(variable: string): string {
  return `Read it from the environment instead: ${variable}.`;
}

import type { Judgement } from './judgement.ts';
import type { Objection } from './objections.ts';
import type { Word } from './word.ts';

/** Where a program takes source of its own language: after options, as words (0 is the first), in its input. */
type Language = {
  options?: RegExp;
  /** Options that take a value, needed to find the words. */
  valued?: RegExp;
  /** Which of its words are source: `first` only when no option gave it; `later` all but the first, `second` one of them. */
  words?: 'first' | 'second' | 'later';
  input?: boolean;
  hint: string;
};

const ENVIRONMENT = 'Read it from the environment instead';
const PYTHON: Language = {
  options: /^-[A-Za-z]*c$/,
  input: true,
  hint: `${ENVIRONMENT}: os.environ["GANTZ_ARG_X"].`,
};
const NODE: Language = {
  options: /^-(?:e|p|pe)$|^--(?:eval|print)$/,
  input: true,
  hint: `${ENVIRONMENT}: process.env.GANTZ_ARG_X.`,
};
const AWK: Language = {
  options: /^-e$|^--source$/,
  valued: /^-[FvfEi]$/,
  words: 'first',
  hint: `${ENVIRONMENT}: ENVIRON["GANTZ_ARG_X"].`,
};
const SED: Language = {
  options: /^-[a-zA-Z]*e$|^--expression$/,
  valued: /^-[fl]$/,
  words: 'first',
  hint: 'Use a program that takes it as an argument, or awk with ENVIRON["GANTZ_ARG_X"].',
};
const VIM: Language = {
  options: /^-c$|^--cmd$/,
  hint: `${ENVIRONMENT}: $GANTZ_ARG_X in an expression.`,
};
const SQL =
  'Let the client bind it (psql -v value="$GANTZ_ARG_X" and :\'value\'), or check it with a pattern.';

const LANGUAGES: Record<string, Language> = {
  python: PYTHON,
  python2: PYTHON,
  python3: PYTHON,
  pypy: PYTHON,
  pypy3: PYTHON,
  node: NODE,
  nodejs: NODE,
  bun: NODE,
  deno: { words: 'later', hint: `${ENVIRONMENT}: Deno.env.get("GANTZ_ARG_X").` },
  perl: { options: /^-[A-Za-z0-9]*[eE]$/, input: true, hint: `${ENVIRONMENT}: $ENV{GANTZ_ARG_X}.` },
  ruby: { options: /^-[A-Za-z0-9]*e$/, input: true, hint: `${ENVIRONMENT}: ENV["GANTZ_ARG_X"].` },
  php: { options: /^-[rBRE]$/, input: true, hint: `${ENVIRONMENT}: getenv("GANTZ_ARG_X").` },
  tsx: NODE,
  'ts-node': NODE,
  julia: { options: /^-[eE]$|^--(?:eval|print)$/, input: true, hint: `${ENVIRONMENT}: ENV["GANTZ_ARG_X"].` },
  R: { options: /^-e$/, input: true, hint: `${ENVIRONMENT}: Sys.getenv("GANTZ_ARG_X").` },
  expect: { options: /^-c$/, input: true, hint: `${ENVIRONMENT}: $env(GANTZ_ARG_X).` },
  vim: VIM,
  nvim: VIM,
  vi: VIM,
  ex: VIM,
  ed: { input: true, hint: 'Use a program that takes it as an argument.' },
  gdb: { options: /^-{1,2}(?:ex|eval-command|iex)$/, hint: 'Check it with a pattern.' },
  bc: { input: true, hint: 'Give the parameter the type number, or check it with a pattern.' },
  dc: { options: /^-e$|^--expression$/, input: true, hint: 'Give the parameter the type number.' },
  lua: { options: /^-e$/, input: true, hint: `${ENVIRONMENT}: os.getenv("GANTZ_ARG_X").` },
  Rscript: { options: /^-e$/, hint: `${ENVIRONMENT}: Sys.getenv("GANTZ_ARG_X").` },
  osascript: { options: /^-e$/, input: true, hint: `${ENVIRONMENT}: system attribute "GANTZ_ARG_X".` },
  tclsh: { input: true, hint: `${ENVIRONMENT}: $env(GANTZ_ARG_X).` },
  awk: AWK,
  gawk: AWK,
  mawk: AWK,
  nawk: AWK,
  sed: SED,
  gsed: SED,
  jq: {
    valued: /^-[fL]$|^--(?:indent|tab|from-file)$|^--(?:slurpfile|rawfile|arg|argjson)$/,
    words: 'first',
    hint: 'Pass it as a variable, --arg x {{x}} and $x, or read env.GANTZ_ARG_X.',
  },
  yq: { words: 'first', hint: 'Read it from the environment instead: strenv(GANTZ_ARG_X).' },
  psql: { options: /^-[A-Za-z]*c$|^--command$/, input: true, hint: SQL },
  mysql: { options: /^-[A-Za-z]*e$|^--execute$/, input: true, hint: SQL },
  mariadb: { options: /^-[A-Za-z]*e$|^--execute$/, input: true, hint: SQL },
  sqlite3: {
    options: /^-cmd$/,
    valued: /^-(?:separator|init|nullvalue)$/,
    words: 'later',
    input: true,
    hint: 'Bind it (.parameter set), or check it with a pattern.',
  },
  duckdb: { options: /^-[cs]$/, words: 'later', input: true, hint: SQL },
  'clickhouse-client': {
    options: /^-q$|^--query$/,
    input: true,
    hint: 'Bind it: --param_x={{x}} and {x:String}.',
  },
  mongosh: { options: /^--eval$/, input: true, hint: `${ENVIRONMENT}: process.env.GANTZ_ARG_X.` },
  mongo: { options: /^--eval$/, input: true, hint: `${ENVIRONMENT}: process.env.GANTZ_ARG_X.` },
  cqlsh: { options: /^-e$|^--execute$/, input: true, hint: SQL },
  sqlcmd: { options: /^-[qQ]$/, input: true, hint: SQL },
  'redis-cli': { words: 'second', hint: 'Pass it after the number of keys and read ARGV[1].' },
  gnuplot: { options: /^-e$/, input: true, hint: 'Pass it with -c as an argument of a script.' },
  xmllint: { options: /^--xpath$/, hint: 'Check it with a pattern.' },
  make: { options: /^--eval$/, hint: `${ENVIRONMENT}: $$GANTZ_ARG_X in a recipe.` },
};

/** Warns of placeholders that another language would parse. */
export function judgeLanguage(command: string, rest: readonly Word[], judgement: Judgement): void {
  const name = /^python3\.\d+$/.test(command) ? 'python3' : command;
  const language = Object.hasOwn(LANGUAGES, name) ? LANGUAGES[name] : undefined;
  if (!language) return;
  const { options, valued, words, input, hint } = language;
  const objection: Objection = { severity: 'warning', message: `is parsed as source by ${command}`, hint };
  const warn = (word: Word | undefined) => {
    if (word && word.to > word.from)
      judgement.objections.push({ ...objection, from: word.from, to: word.to });
  };
  let given = false;
  const operands: Word[] = [];
  for (let index = 0; index < rest.length; index++) {
    const word = rest[index];
    if (!word) break;
    if (options && word.value !== undefined && options.test(word.value)) {
      given = true;
      warn(rest[++index]);
    } else if (options && attached(word).some((option) => options.test(option))) {
      given = true;
      warn(word);
    } else if (valued?.test(word.value ?? '')) {
      index += /^--(?:slurpfile|rawfile|arg|argjson)$/.test(word.value ?? '') ? 2 : 1;
    } else if (
      language === SED &&
      word.raw.length === 2 &&
      word.value === '' &&
      rest[index - 1]?.value === '-i'
    ) {
      // The suffix of a copy, as BSD has it.
    } else if (name === 'redis-cli' && operands.length === 0 && word.value?.toLowerCase() !== 'eval') {
      // Only EVAL takes source.
    } else if (!word.prefix.startsWith('-') || word.value === '-') {
      operands.push(word);
    }
  }
  if (words === 'first' && !given) warn(operands[0]);
  if (words === 'second') warn(operands[1]);
  if (words === 'later') operands.slice(1).forEach(warn);
  const reads = /sql|mongo|duckdb|clickhouse/.test(name)
    ? !given
    : operands[0] === undefined || operands[0].value === '-';
  if (input && !given && reads) judgement.input = objection;
}

/** The options that a word may hold together with their value: `-e…`, `--eval=…`. */
function attached({ prefix }: Word): string[] {
  const long = /^(--?[\w-]+)=/.exec(prefix)?.[1];
  if (long !== undefined) return [long];
  return /^-[A-Za-z]/.test(prefix) ? [prefix.slice(0, 2)] : [];
}

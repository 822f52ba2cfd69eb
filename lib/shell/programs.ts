import { ARITHMETIC, EVALUATED, NAME, PROGRAM, type Objection } from './objections.ts';

/** Commands none of whose words may come from a caller, and why. */
export const CLOSED: Readonly<Record<string, Objection>> = {
  eval: EVALUATED,
  trap: EVALUATED,
  alias: EVALUATED,
  bind: EVALUATED,
  complete: EVALUATED,
  compgen: EVALUATED,
  parallel: EVALUATED,
  watch: EVALUATED,
  let: ARITHMETIC,
  unset: NAME,
  mapfile: NAME,
  readarray: NAME,
  getopts: NAME,
  vared: NAME,
  enable: PROGRAM,
  fc: PROGRAM,
  jobs: PROGRAM,
};

/** Programs that parse source of a shell: from `-c`, from a file, or from their input. */
export const SHELLS: ReadonlySet<string> = new Set([
  'sh',
  'bash',
  'dash',
  'zsh',
  'ksh',
  'mksh',
  'ash',
  'fish',
  'csh',
  'tcsh',
  'rbash',
  'pwsh',
  'powershell',
]);

/** How a program runs the one that its arguments name: its options that take a value, and words before it. */
export type Wrapper = { options?: RegExp; skip?: number };

/** Programs that run the program named by their arguments. */
export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  env: { options: /^-[uC]$|^--(?:unset|chdir)$/ },
  sudo: { options: /^-[ugpCDRTUrth]$|^--(?:user|group|prompt|chdir|host)$/ },
  doas: { options: /^-[uC]$/ },
  nice: { options: /^-n$|^--adjustment$/ },
  ionice: { options: /^-[cnp]$/ },
  timeout: { options: /^-[ks]$|^--(?:kill-after|signal)$/, skip: 1 },
  gtimeout: { options: /^-[ks]$|^--(?:kill-after|signal)$/, skip: 1 },
  stdbuf: { options: /^-[ioe]$/ },
  exec: { options: /^-a$/ },
  xargs: { options: /^-[adEILnPs]$|^--(?:arg-file|delimiter|max-args|max-procs|replace)$/ },
  chroot: { skip: 1 },
  nohup: {},
  setsid: {},
  command: {},
  builtin: {},
  noglob: {},
  nocorrect: {},
  time: { options: /^-[fo]$/ },
  strace: { options: /^-[eopsu]$/ },
  unbuffer: {},
  ltrace: {},
  chronic: {},
};

/** Programs whose options hand a command line to a shell. */
export const SHELL_OPTIONS: Readonly<Record<string, RegExp>> = {
  su: /^-[a-z]*c$|^--(?:session-)?command$/,
  runuser: /^-[a-z]*c$|^--(?:session-)?command$/,
  script: /^-[a-z]*c$|^--command$/,
  flock: /^-[a-z]*c$|^--command$/,
  gcloud: /^--command$/,
  vagrant: /^-c$|^--command$/,
  entr: /^-[a-z]*s$/,
  nodemon: /^-x$|^--exec$/,
  rsync: /^-[a-zA-Z]*e$|^--rsh$|^--rsync-path$/,
  tar: /^-I$|^--(?:to-command|use-compress-program|checkpoint-action|rsh-command)$/,
};

/** Programs that hand their words to a shell, but for the values of these options. */
export const SHELL_WORDS: Readonly<Record<string, RegExp>> = {
  tmux: /^-[cefFLnpstwxy]$/,
  hyperfine: /^-[wmMrLP]$|^--(?:warmup|runs|export-\w+)$/,
};

/** Programs that hand a command line to the shell of another machine. */
export const REMOTE: ReadonlySet<string> = new Set(['ssh', 'autossh', 'slogin', 'mosh']);

/** Programs whose words are data to them, even one that is the name of a shell. */
export const PLAIN: ReadonlySet<string> = new Set(
  (
    ': true false echo printf cat tac head tail grep egrep fgrep rg sed awk gawk mawk cut tr sort uniq wc tee rev ' +
    'nl fold fmt column paste join comm diff cmp ls stat file touch mkdir rmdir rm cp mv ln chmod chown readlink ' +
    'realpath basename dirname which type whereis man test [ cd pwd sleep date seq expr kill pgrep pkill killall ' +
    'id whoami hostname uname df du ps base64 md5sum sha256sum jq yq curl wget read return exit shift hash local ' +
    'declare typeset export readonly apt apt-get dnf yum apk pacman brew service'
  ).split(' '),
);

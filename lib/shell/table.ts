import {
  checkAlias,
  checkDeclaration,
  checkEcho,
  checkEndOfOptions,
  checkLoop,
  checkPrintf,
  checkSetopt,
  checkTest,
} from './check-builtins.ts';
import { checkShell, checkSource, checkSsh, SHELLS } from './check-shell.ts';
import { checkFind, checkXargs } from './check-wrapper.ts';
import { LANGUAGES } from './languages.ts';
import type { Program } from './program.ts';
import { ARITHMETIC, EVALUATED, FORMAT, SCRIPT_FILE, VARIABLE_NAME } from './reasons.ts';

const TIMEOUT = /^-[ks]$|^--(?:kill-after|signal)$/;
const LAUNCHERS =
  'docker podman nerdctl docker-compose podman-compose kubectl oc crictl lxc lxc-attach incus machinectl multipass wsl ' +
  'systemd-run systemd-nspawn sshpass fakeroot proot bwrap firejail flatpak flatpak-spawn toolbox distrobox ' +
  'uv uvx pnpm yarn bunx pipenv poetry pdm hatch rye pipx conda mamba bundle mise asdf nix direnv ' +
  'dotenv doppler op chamber aws-vault heroku fly flyctl setpriv unshare nsenter ip';

/** Shells, and what runs them. */
const SHELL_ROWS: Program[] = [
  { names: SHELLS, code: EVALUATED, check: checkShell },
  { names: 'ssh autossh slogin mosh', code: EVALUATED, check: checkSsh },
  { names: 'source .', code: EVALUATED, builtin: 'every', check: checkSource },
  { names: 'eval trap bind complete compgen', code: EVALUATED, words: 'all', builtin: 'every' },
  { names: 'alias', code: EVALUATED, words: 'all', builtin: 'every', check: checkAlias },
  { names: 'watch', code: EVALUATED, words: 'all' },
  { names: 'parallel', code: EVALUATED, words: 'all', input: 'always' },
  { names: 'at batch crontab', code: EVALUATED, input: 'always' },
  {
    names: 'su',
    code: EVALUATED,
    options: /^-[a-z]*c$|^--(?:session-)?command$/,
    input: 'always',
  },
  { names: 'runuser', code: EVALUATED, options: /^-[a-z]*c$|^--(?:session-)?command$/ },
  { names: 'script flock', code: EVALUATED, options: /^-[a-z]*c$|^--command$/ },
  { names: 'gcloud', code: EVALUATED, options: /^--command$/ },
  { names: 'entr', code: EVALUATED, options: /^-[a-z]*s$/ },
  { names: 'nodemon', code: EVALUATED, options: /^-x$|^--exec$/ },
  { names: 'rsync', code: EVALUATED, options: /^-[a-zA-Z]*e$|^--rsh$|^--rsync-path$/ },
  {
    names: 'tar',
    code: EVALUATED,
    options: /^-I$|^--(?:to-command|use-compress-program|checkpoint-action|rsh-command)$/,
  },
  { names: 'tmux', code: EVALUATED, words: 'all', valued: /^-[cefFLnpstwxy]$/ },
  {
    names: 'hyperfine',
    code: EVALUATED,
    words: 'all',
    valued: /^-[wmMrLP]$|^--(?:warmup|runs|export-\w+)$/,
  },
];

/** Builtins that evaluate names or numbers. */
const BUILTIN_ROWS: Program[] = [
  { names: 'let', code: ARITHMETIC, words: 'all', builtin: 'every' },
  { names: 'unset mapfile readarray getopts vared', code: VARIABLE_NAME, words: 'all', builtin: 'every' },
  { names: 'read', code: VARIABLE_NAME, words: 'all', valued: /^-[a-z]*[dinNptu]$/, builtin: 'every' },
  { names: 'enable fc jobs', code: SCRIPT_FILE, words: 'all', builtin: 'every' },
  {
    names: 'declare typeset local export readonly integer float nameref',
    code: VARIABLE_NAME,
    builtin: 'every',
    check: checkDeclaration,
  },
  { names: 'test [', code: VARIABLE_NAME, builtin: 'every', check: checkTest },
  { names: 'printf', code: FORMAT, check: checkPrintf },
  { names: 'wait print', code: VARIABLE_NAME, builtin: 'every', check: checkEndOfOptions },
  { names: 'echo', code: FORMAT, builtin: 'every', check: checkEcho },
  { names: 'for select', code: ARITHMETIC, builtin: 'every', check: checkLoop },
  { names: 'setopt', code: EVALUATED, builtin: 'zsh', check: checkSetopt },
  {
    names: 'exit return shift break continue logout bye repeat ulimit limit',
    code: ARITHMETIC,
    words: 'all',
    builtin: 'zsh',
  },
  {
    names: 'emulate zparseopts zstyle sched functions zformat zregexparse zle bindkey compdef zmodload',
    code: EVALUATED,
    words: 'all',
    builtin: 'zsh',
  },
];

/** Programs that run the program which their words name. */
const WRAPPER_ROWS: Program[] = [
  {
    names: 'env',
    code: EVALUATED,
    options: /^-[a-z]*S|^--split-string/,
    valued: /^-[uC]$|^--(?:unset|chdir)$/,
    runs: 0,
  },
  {
    names: 'sudo',
    code: EVALUATED,
    valued: /^-[ugpCDRTUrth]$|^--(?:user|group|prompt|chdir|host)$/,
    runs: 0,
  },
  { names: 'doas', code: EVALUATED, valued: /^-[uC]$/, runs: 0 },
  { names: 'nice', code: EVALUATED, valued: /^-n$|^--adjustment$/, runs: 0 },
  { names: 'ionice', code: EVALUATED, valued: /^-[cnp]$/, runs: 0 },
  { names: 'timeout gtimeout', code: EVALUATED, valued: TIMEOUT, runs: 1 },
  { names: 'stdbuf', code: EVALUATED, valued: /^-[ioe]$/, runs: 0 },
  { names: 'exec', code: EVALUATED, valued: /^-a$/, runs: 0, builtin: 'every' },
  { names: 'command', code: EVALUATED, runs: 0, unless: /^-[vV]$/, builtin: 'every' },
  { names: 'builtin noglob nocorrect', code: EVALUATED, runs: 0, builtin: 'every' },
  { names: 'chroot', code: EVALUATED, runs: 1 },
  { names: 'nohup setsid unbuffer ltrace chronic caffeinate', code: EVALUATED, runs: 0 },
  { names: 'time', code: EVALUATED, valued: /^-[fo]$/, runs: 0 },
  { names: 'strace', code: EVALUATED, valued: /^-[eopsu]$/, runs: 0 },
  { names: 'find', code: EVALUATED, check: checkFind },
  { names: 'xargs', code: EVALUATED, check: checkXargs },
  { names: LAUNCHERS, code: EVALUATED, runs: 'anywhere' },
  { names: 'npx npm', code: EVALUATED, options: /^-c$|^--call$/, runs: 'anywhere' },
  { names: 'vagrant nix-shell', code: EVALUATED, options: /^-c$|^--(?:command|run)$/, runs: 'anywhere' },
];

/** The table, by the names of the programs. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map(
  [...SHELL_ROWS, ...BUILTIN_ROWS, ...WRAPPER_ROWS, ...LANGUAGES].flatMap((row) =>
    row.names.split(' ').map((name): [string, Program] => [name, row]),
  ),
);

import * as builtins from './check-builtins.ts';
import * as shells from './check-shell.ts';
import { LANGUAGES } from './languages.ts';
import type { Program } from './program.ts';
import { ARITHMETIC, SCRIPT_FILE, VARIABLE_NAME } from './reasons.ts';

const LAUNCHERS =
  'docker podman nerdctl docker-compose podman-compose kubectl oc crictl lxc lxc-attach incus machinectl multipass wsl ' +
  'systemd-run systemd-nspawn sshpass fakeroot proot bwrap firejail flatpak flatpak-spawn toolbox distrobox ' +
  'uv uvx pnpm yarn bunx pipenv poetry pdm hatch rye pipx conda mamba bundle mise asdf nix direnv ' +
  'dotenv doppler op chamber aws-vault heroku fly flyctl setpriv unshare nsenter ip pkexec tini rlwrap xvfb-run';

const DECLARATIONS = 'declare typeset local export readonly integer float nameref';
const ZSH_NUMBERS = 'exit return shift break continue logout bye repeat ulimit limit';
const ZSH_SOURCE =
  'emulate zparseopts zstyle sched functions zformat zregexparse zle bindkey compdef zmodload';

const ROWS: Program[] = [
  // Shells, and programs that pass source to a shell.
  { names: shells.SHELLS, check: shells.checkShell },
  { names: 'ssh autossh slogin mosh', check: shells.checkSsh },
  { names: 'source .', builtin: 'every', check: shells.checkSource },
  { names: 'eval trap bind complete compgen', words: 'all', builtin: 'every' },
  { names: 'alias', words: 'all', builtin: 'every', check: builtins.checkRenaming },
  { names: 'watch', words: 'all' },
  { names: 'parallel', words: 'all', input: 'always' },
  { names: 'at batch crontab', input: 'always' },
  { names: 'su runuser script', options: /^-[a-z]*c$|^--(?:session-)?command$/, input: 'unless-option' },
  { names: 'hash', options: /^-p$/, code: SCRIPT_FILE, builtin: 'every' },
  { names: 'split zip sort', options: /^--(?:filter|unzip-command|compress-program)$|^-TT$/ },
  { names: 'git', options: /^--(?:exec|upload-pack|(?:tree|index|msg|env|commit)-filter)$/ },
  { names: 'entr', options: /^-[a-z]*s$/ },
  { names: 'nodemon', options: /^-x$|^--exec$/ },
  { names: 'rsync', options: /^-[a-zA-Z]*e$|^--rsh$|^--rsync-path$/ },
  { names: 'tar', options: /^-I$|^--(?:to-command|use-compress-program|checkpoint-action|rsh-command)$/ },
  { names: 'tmux', words: 'all', valued: /^-[cefFLnpstwxy]$/ },
  { names: 'hyperfine', words: 'all', valued: /^-[wmMrLP]$|^--(?:warmup|runs|export-\w+)$/ },
  // Builtins that evaluate names or numbers.
  { names: 'let', code: ARITHMETIC, words: 'all', builtin: 'every' },
  { names: 'unset mapfile readarray getopts vared', code: VARIABLE_NAME, words: 'all', builtin: 'every' },
  { names: 'read', code: VARIABLE_NAME, words: 'all', valued: /^-[a-z]*[dinNptu]$/, builtin: 'every' },
  { names: 'enable fc jobs', code: SCRIPT_FILE, words: 'all', builtin: 'every' },
  { names: DECLARATIONS, builtin: 'every', check: builtins.checkDeclaration },
  { names: 'test [', builtin: 'every', check: builtins.checkTest },
  { names: 'printf', check: builtins.checkPrintf },
  { names: 'wait', options: /^-n?p$/, code: VARIABLE_NAME, check: builtins.checkEndOfOptions },
  { names: 'print', builtin: 'every', check: builtins.checkEndOfOptions },
  { names: 'echo', builtin: 'every', check: builtins.checkEcho },
  { names: 'for select', builtin: 'every', check: builtins.checkLoop },
  { names: 'setopt', builtin: 'zsh', check: builtins.checkRenaming },
  { names: ZSH_NUMBERS, code: ARITHMETIC, words: 'all', builtin: 'zsh' },
  { names: ZSH_SOURCE, words: 'all', builtin: 'zsh' },
  // Programs that run the command in their words.
  { names: 'env', options: /^-[a-z]*S|^--split-string/, valued: /^-[uC]$|^--(?:unset|chdir)$/, runs: 0 },
  { names: 'sudo doas', valued: /^-[A-Za-z]*[ugpCDRTUrth]$|^--(?:user|group|prompt|chdir|host)$/, runs: 0 },
  { names: 'nice ionice', valued: /^-[cnp]$|^--adjustment$/, runs: 0 },
  { names: 'timeout gtimeout', valued: /^-[ks]$|^--(?:kill-after|signal)$/, runs: 1 },
  { names: 'chroot taskset chrt setarch gosu su-exec', runs: 1 },
  { names: 'command', builtin: 'every', check: shells.checkCommandBuiltin },
  { names: 'exec builtin noglob nocorrect', valued: /^-a$/, runs: 0, builtin: 'every' },
  { names: 'flock', options: /^-c$|^--command$/, valued: /^-[wE]$|^--(?:wait|timeout)$/, runs: 1 },
  { names: 'nohup setsid unbuffer ltrace chronic caffeinate busybox toybox prlimit dumb-init', runs: 0 },
  { names: 'time stdbuf', valued: /^-[fioe]$/, runs: 0 },
  { names: 'strace', valued: /^-[eopsu]$/, runs: 0 },
  { names: 'find', check: shells.checkFind },
  { names: 'xargs', check: shells.checkXargs },
  { names: LAUNCHERS, runs: 'anywhere' },
  { names: 'npx npm', options: /^-c$|^--call$/, runs: 'anywhere' },
  { names: 'vagrant nix-shell gcloud', options: /^-c$|^--(?:command|run)$/, runs: 'anywhere' },
];

/** The table, by the names of the programs. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map(
  [...ROWS, ...LANGUAGES].flatMap((row) => row.names.split(' ').map((name) => [name, row] as const)),
);

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { PROGRAM } from '../helpers/run-program.ts';

/** Starts a shell in a pseudo-terminal, types a text, Tab and Control-X, and prints the line that the shell then has. */
const DRIVER = `
zmodload zsh/zpty
zpty shell $1
zpty -r shell out '*READY> *'
zpty -w -n shell "$2"$'\\t\\x18'
zpty -r shell out '*>>*'
print -rn -- \${\${out##*<<}%%>>*}
zpty -d shell
`;

const ZSH = `
autoload -Uz compinit && compinit -u -D
eval "$(gantz completion zsh)"
PROMPT='READY> '
show() { print -r -- "<<$BUFFER>>"; BUFFER= }
zle -N show
bindkey '^X' show
`;

const BASH = `
eval "$(gantz completion bash)"
PS1='READY> '
bind 'set bell-style none'
bind -x '"\\C-x": echo "<<$READLINE_LINE>>"'
`;

const folder = folderWith({
  '.zshrc': ZSH,
  '.bashrc': BASH,
  'drive.zsh': DRIVER,
  'unique-file.yaml': 'name: [',
  'own.yaml': "name: own\ntools:\n  - { name: deploy_app, description: d, script: { shell: 'true' } }\n",
});
before(() => {
  mkdirSync(join(folder, 'bin'));
  symlinkSync(PROGRAM, join(folder, 'bin/gantz'));
});

async function complete(shell: string, line: string): Promise<string> {
  const child = endWithTests(
    spawn('zsh', ['-f', 'drive.zsh', shell, line], {
      cwd: folder,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        HOME: folder,
        ZDOTDIR: folder,
        TERM: 'dumb',
        GANTZ_CONFIG: 'builtin:redis',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  );
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  const shown = (): string => Buffer.concat(out).toString();
  assert.equal(await endOf(child, { what: () => `the line of ${shell} after Tab: ${shown()}` }), 0);
  return shown();
}

const lines: [string, string][] = [
  ['gantz has', 'gantz hash '],
  ['gantz cache ex', 'gantz cache exists '],
  ['gantz cache set --only-if a', 'gantz cache set --only-if absent '],
  ['gantz cache set --key=a:b --only-if=a', 'gantz cache set --key=a:b --only-if=absent '],
  [`gantz cache set '{"key": "a"}' --only-if a`, `gantz cache set '{"key": "a"}' --only-if absent `],
  ['gantz -c builtin:redis cache ex', 'gantz -c builtin:redis cache exists '],
  ['gantz -c own.yaml deploy a', 'gantz -c own.yaml deploy app '],
  ['gantz --tools cache_get,cache_tt', 'gantz --tools cache_get,cache_ttl '],
  ['gantz --tools=cache_get,cache_tt', 'gantz --tools=cache_get,cache_ttl '],
  ['gantz --raw=c', 'gantz --raw=c'],
  ['gantz tools --format=o', 'gantz tools --format=openai '],
  ['gantz mcp --print-config curs', 'gantz mcp --print-config cursor '],
  ['gantz redis sta', 'gantz redis status '],
  ['gantz init --template p', 'gantz init --template python '],
  ['gantz validate un', 'gantz validate unique-file.yaml '],
  ['gantz -c unique-file.yaml ca', 'gantz -c unique-file.yaml ca'],
  ['true; gantz has', 'true; gantz hash '],
];

for (const shell of ['zsh -i', 'bash --rcfile .bashrc -i']) {
  describe(`Tab in ${shell}`, () => {
    for (const [typed, completed] of lines)
      test(`${typed} becomes ${completed}`, async () =>
        assert.equal(await complete(shell, typed), completed));
  });
}

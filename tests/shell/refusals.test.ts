import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import type { JsonSchema, ObjectSchema } from '../../lib/contract/manifest.ts';
import { shellProblems } from '../../lib/run/script/shell.ts';
import { failureOf, invoke, temporaryDirectory } from '../run/script/invoke.ts';

type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';
type Case = { what: string; shell: string; attack: string; y?: string; with?: Interpreter };

const SUBSCRIPT = 'a[$(touch pwned)]';
const COMMAND = '$(touch pwned)';

// Each attack must succeed when the value replaces the placeholder without a check.
const REFUSED: Case[] = [
  { what: 'an arithmetic expansion', shell: 'echo $(( {{x}} + 1 ))', attack: SUBSCRIPT },
  { what: 'an arithmetic command', shell: '(( {{x}} > 1 ))', attack: SUBSCRIPT },
  { what: 'an arithmetic loop', shell: 'for (( i = 0; i < {{x}}; i++ )); do :; done', attack: SUBSCRIPT },
  { what: 'the old arithmetic expansion', shell: 'echo $[ {{x}} ]', attack: SUBSCRIPT },
  {
    what: 'a command substitution inside of arithmetic',
    shell: 'echo $(( $(echo "{{x}}") ))',
    attack: SUBSCRIPT,
  },
  {
    what: 'arithmetic around an escaped quote',
    shell: 'echo $(( $(echo "\\"1" | tr -dc 1) + {{x}} ))',
    attack: SUBSCRIPT,
  },
  {
    what: 'arithmetic around parentheses in quotes',
    shell: 'echo $(( $(echo ")" "\\")" | wc -c) * {{x}} ))',
    attack: SUBSCRIPT,
  },
  { what: 'arithmetic over two lines', shell: 'echo "$\\\n((1+{{x}}))"', attack: SUBSCRIPT },
  { what: 'an arithmetic command over two lines', shell: '(\\\n( y = {{x}} ))', attack: SUBSCRIPT },
  { what: 'a substitution over two lines', shell: 'echo "$\\\n(eval {{x}})"', attack: COMMAND },
  {
    what: 'a substitution over two lines in a here-document',
    shell: 'cat <<EOF\n$\\\n(eval {{x}})\nEOF',
    attack: COMMAND,
  },
  {
    what: 'a here-document that ends over two lines',
    shell: 'cat <<EOF\nEO\\\nF\neval {{x}}\nEOF\n',
    attack: COMMAND,
  },
  { what: '[[ ]] over two lines', shell: '[\\\n[ {{x}} -eq 1 ]]', attack: SUBSCRIPT },
  { what: 'a subscript over two lines', shell: 'y[1\n* {{x}}]=1', attack: SUBSCRIPT },
  { what: 'a subscript with a joined line', shell: 'y[0\\\n+{{x}}]=1', attack: SUBSCRIPT },
  { what: 'eval after a subscript with a blank', shell: 'y[0 ]=1 eval "{{x}}"', attack: COMMAND },
  { what: 'eval after a subscript with an expression', shell: 'y[0 + 1]=1 eval "{{x}}"', attack: COMMAND },
  {
    what: 'eval behind a comment in [[ ]]',
    shell: 'if [[ a == a && # it\'s\n b != c ]]; then eval "echo {{x}}"; fi # it\'s ]]',
    attack: COMMAND,
  },
  { what: 'eval that is timed', shell: 'time -p eval "echo {{x}}"', attack: COMMAND },
  { what: 'eval in a coprocess', shell: 'coproc X { eval "echo {{x}}"; }; wait', attack: COMMAND },
  {
    what: 'eval under another name',
    shell: 'alias say=eval\nsay "echo {{x}}"',
    attack: COMMAND,
    with: 'dash',
  },
  { what: 'a name in a variable', shell: 'y={{x}}; echo ${!y}', attack: SUBSCRIPT },
  { what: 'a prompt in a variable', shell: 'y={{x}}; echo "${y@P}"', attack: COMMAND },
  {
    what: 'a default that is assigned',
    shell: ': "${PS4:={{x}}}"; unset PS4; : "${PS4:={{x}}}"; set -x; :',
    attack: COMMAND,
  },
  { what: "zsh's evaluating expansion", shell: 'y={{x}}; echo ${(e)y}', attack: COMMAND, with: 'zsh' },
  { what: 'its own variable in arithmetic', shell: 'echo $((GANTZ_ARG_X + 1))', attack: SUBSCRIPT },
  { what: 'its own variable in eval', shell: 'eval "echo $GANTZ_ARG_X"', attack: COMMAND },
  { what: 'its own variable in a trap', shell: 'trap \'eval "$GANTZ_ARG_X"\' EXIT', attack: COMMAND },
  { what: 'its own variable in another shell', shell: "bash -c 'echo $((GANTZ_ARG_X))'", attack: SUBSCRIPT },
  { what: 'a list that is declared', shell: 'declare -a y; declare y="{{x}}"', attack: '($(touch pwned))' },
  { what: 'a local list', shell: 'f() { local -A y; local y="{{x}}"; }; f', attack: '($(touch pwned) 1)' },
  {
    what: 'a list that was assigned before',
    shell: 'y=(1 2); declare y="{{x}}"',
    attack: '($(touch pwned))',
  },
  { what: 'a variable in backticks', shell: 'y="{{x}}"; echo `eval "$y"`', attack: 'touch pwned' },
  {
    what: 'a variable in a here-document',
    shell: 'y="{{x}}"; cat <<EOF\n$(eval "$y")\nEOF',
    attack: 'touch pwned',
  },
  { what: 'a shell in backticks that reads', shell: 'echo "{{x}}" | echo `sh`', attack: 'touch pwned' },
  {
    what: 'a variable under another name',
    shell: 'y={{x}}\nalias say=eval\nsay "echo $y"',
    attack: COMMAND,
    with: 'dash',
  },
  { what: 'a variable after a joined line', shell: 'y={{x}}; echo "$\\\n(eval "echo $y")"', attack: COMMAND },
  { what: 'an option in a variable', shell: 'o=-e; bash $o -c "echo {{x}}"', attack: COMMAND },
  { what: 'an editor', shell: 'export GIT_PAGER={{x}}; sh -c "$GIT_PAGER"', attack: 'touch pwned' },
  ...[
    'exit {{x}}',
    'f() { return {{x}}; }; f',
    'shift {{x}}',
    'repeat {{x}} echo',
    'printf "%d" {{x}}',
    'print -f "%d" {{x}}',
    '[ -t {{x}} ]',
    '[[ -t {{x}} ]]',
    'read -t {{x}} y',
    'HISTSIZE={{x}}',
    'KEYTIMEOUT={{x}}',
    'n={{x}}; echo $((n))',
  ].map((shell): Case => ({
    what: 'an expression of zsh',
    shell,
    attack: 'path[$(touch pwned)]',
    with: 'zsh',
  })),
  { what: 'source of zsh', shell: 'emulate sh -c {{x}}', attack: "'touch pwned'", with: 'zsh' },
  { what: 'a pattern of zsh', shell: 'y={{x}}; echo ${~y}', attack: "*(e:'touch pwned':)", with: 'zsh' },
  { what: 'eval that an earlier default assigns', shell: ': ${e:=eval}; "$e" echo "{{x}}"', attack: COMMAND },
  { what: 'a variable after [[ -v', shell: 'y={{x}}; [[ -v $y ]]', attack: SUBSCRIPT },
  { what: 'a program in a variable', shell: 'y={{x}}; ${y:-ls} pwned', attack: 'touch' },
  {
    what: 'a program that is several words',
    shell: 'y="bash -c"; ${y:-ls} "{{x}}"',
    attack: 'touch pwned',
  },
  { what: 'a comparison of numbers in [[ ]]', shell: '[[ "{{x}}" -gt 1 ]]', attack: SUBSCRIPT },
  { what: 'the right side of a comparison of numbers', shell: '[[ 1 -lt {{x}} ]]', attack: SUBSCRIPT },
  { what: '[[ -v ]]', shell: '[[ -v {{x}} ]]', attack: SUBSCRIPT },
  { what: 'let', shell: 'let "n={{x}}"', attack: SUBSCRIPT },
  { what: 'a subscript', shell: 'a=(1); echo ${a[{{x}}]}', attack: SUBSCRIPT },
  { what: 'a subscript that is assigned', shell: 'a[{{x}}]=1', attack: SUBSCRIPT },
  { what: 'a subscript with blanks', shell: 'a[1 + {{x}}]=1', attack: SUBSCRIPT },
  { what: "an array element's subscript", shell: 'a=([{{x}}]=1)', attack: SUBSCRIPT },
  { what: 'a substring', shell: 'v=abc; echo ${v:{{x}}}', attack: SUBSCRIPT },
  { what: 'a name in ${ }', shell: 'echo ${{{x}}}', attack: SUBSCRIPT },
  { what: 'an assignment to an integer', shell: 'declare -i n; n={{x}}', attack: SUBSCRIPT },
  { what: 'a declaration of an integer', shell: 'declare -i n={{x}}', attack: SUBSCRIPT },
  { what: 'an assignment to a variable that is a number', shell: 'RANDOM={{x}}', attack: SUBSCRIPT },
  { what: 'a variable in an arithmetic expansion', shell: 'n={{x}}; echo $((n + 1))', attack: SUBSCRIPT },
  {
    what: 'a variable that is assigned in a loop',
    shell: 'for n in {{x}}; do (( n > 1 )); done',
    attack: SUBSCRIPT,
  },
  { what: 'a variable in a comparison of numbers', shell: 'n="{{x}}"; [[ $n -gt 1 ]]', attack: SUBSCRIPT },
  { what: 'a variable in let', shell: 'local_=1; n={{x}}; let m=n+1', attack: SUBSCRIPT },
  { what: 'a variable in a subscript', shell: 'a=(1); n={{x}}; echo ${a[n]}', attack: SUBSCRIPT },
  { what: 'a variable in a substring', shell: 'v=abc; n={{x}}; echo ${v:n}', attack: SUBSCRIPT },
  { what: 'a variable in eval', shell: 'v={{x}}; eval "echo $v"', attack: COMMAND },
  { what: 'a variable in sh -c', shell: 'v="{{x}}"; sh -c "echo ${v}"', attack: '; touch pwned' },
  { what: 'a variable in the input of a shell', shell: 'v="{{x}}"; echo "$v" | sh', attack: 'touch pwned' },
  { what: 'the prompt of a trace', shell: 'PS4={{x}}; set -x; :', attack: COMMAND },
  { what: 'an array in quotes', shell: 'declare -a "a={{x}}"', attack: `(${COMMAND})` },
  { what: 'eval', shell: 'eval echo "{{x}}"', attack: COMMAND },
  { what: 'eval of a substitution', shell: 'eval "$(echo "{{x}}")"', attack: COMMAND },
  { what: 'eval behind a wrapper', shell: 'builtin eval ": {{x}}"', attack: COMMAND },
  { what: 'sh -c', shell: 'sh -c \'echo "{{x}}"\'', attack: COMMAND },
  { what: 'sh -c in double quotes', shell: 'sh -c "echo {{x}}"', attack: COMMAND },
  { what: 'bash -lc behind wrappers', shell: 'env A=1 nice -n 5 bash -ec "echo {{x}}"', attack: COMMAND },
  {
    what: 'sh -c after an option that expands to nothing',
    shell: 'sh -c $none "{{x}}"',
    attack: 'touch pwned',
  },
  { what: 'sh -c behind a program not known', shell: 'setpriv sh -c {{x}}', attack: "'touch pwned'" },
  {
    what: 'sh -c with quotes behind a program not known',
    shell: 'setpriv sh -c "{{x}}"',
    attack: 'touch pwned',
  },
  { what: 'xargs sh -c', shell: "echo 1 | xargs sh -c 'echo {{x}}'", attack: COMMAND },
  {
    what: 'the input of xargs sh -c',
    shell: "printf '%s' {{x}} | xargs -I{} sh -c 'echo {}'",
    attack: COMMAND,
  },
  { what: 'find -exec sh -c', shell: 'find . -maxdepth 0 -exec sh -c "echo {{x}}" \\;', attack: COMMAND },
  { what: 'env -S', shell: 'env -S "{{x}}"', attack: 'touch pwned' },
  { what: 'a script on standard input', shell: "printf '%s' '{{x}}' | sh", attack: 'touch pwned' },
  {
    what: 'a shell that reads standard input in a loop',
    shell: "printf '%s' '{{x}}' | while true; do sh; break; done",
    attack: 'touch pwned',
  },
  {
    what: 'a shell that reads standard input in a subshell',
    shell: "printf '%s' '{{x}}' | ( cd . && sh )",
    attack: 'touch pwned',
  },
  { what: 'a here-document of a shell', shell: 'bash <<EOF\n{{x}}\nEOF', attack: 'touch pwned' },
  { what: 'a quoted here-document of a shell', shell: "sh -s <<'EOF'\n{{x}}\nEOF", attack: 'touch pwned' },
  { what: 'a here-document of a group', shell: '{ sh; } <<EOF\n{{x}}\nEOF', attack: 'touch pwned' },
  { what: 'a here-document that is piped', shell: 'cat <<EOF | sh\n{{x}}\nEOF', attack: 'touch pwned' },
  { what: 'a shell on the line after |', shell: 'echo "{{x}}" |\n  sh', attack: 'touch pwned' },
  { what: 'a shell after | and a comment', shell: 'echo {{x}} | # then\n\n sh', attack: 'touch pwned' },
  { what: 'a shell after |&', shell: 'echo "{{x}}" |&\nbash', attack: 'touch pwned' },
  { what: 'a shell after a group and |', shell: '(echo "{{x}}") |\nbash', attack: 'touch pwned' },
  {
    what: 'a shell after a loop and |',
    shell: 'while true; do echo "{{x}}"; break; done |\nbash',
    attack: 'touch pwned',
  },
  { what: 'a shell after | in a substitution', shell: 'y="$(echo "{{x}}" |\n bash)"', attack: 'touch pwned' },
  {
    what: 'a shell after a here-document and |',
    shell: 'cat <<EOF |\n{{x}}\nEOF\nbash',
    attack: 'touch pwned',
  },
  { what: 'a here-string of a shell', shell: 'bash <<< "{{x}}"', attack: 'touch pwned' },
  { what: 'a here-string of the whole shell', shell: 'exec <<< "{{x}}"; bash', attack: 'touch pwned' },
  {
    what: 'a here-string with a descriptor number',
    shell: 'exec 3<<<"{{x}}"; bash <&3',
    attack: 'touch pwned',
  },
  { what: 'a shell that reads a substitution', shell: 'bash < <(echo "{{x}}")', attack: 'touch pwned' },
  { what: 'a shell behind another program', shell: 'echo "{{x}}" | setpriv sh', attack: 'touch pwned' },
  {
    what: 'a here-document of a shell behind another program',
    shell: 'setpriv sh <<EOF\n{{x}}\nEOF',
    attack: 'touch pwned',
  },
  {
    what: 'a shell that reads a redirection',
    shell: 'echo "{{x}}" > >(bash); wait $!',
    attack: 'touch pwned',
  },
  {
    what: 'a shell that reads what tee writes',
    shell: 'echo "{{x}}" | tee >(bash); sleep 0.3',
    attack: 'touch pwned',
  },
  { what: 'a substitution that reads', shell: 'echo "{{x}}" | echo "$(sh)"', attack: 'touch pwned' },
  { what: 'a script that is a descriptor', shell: 'bash /dev/fd/0 <<< "{{x}}"', attack: 'touch pwned' },
  { what: 'source of a substitution', shell: 'source <(echo "{{x}}")', attack: 'touch pwned' },
  { what: 'source of standard input', shell: '. /dev/stdin <<EOF\n{{x}}\nEOF', attack: 'touch pwned' },
  { what: 'trap', shell: 'trap "echo {{x}}" EXIT', attack: COMMAND },
  { what: 'an alias', shell: "shopt -s expand_aliases\nalias f='echo {{x}}'\nf", attack: COMMAND },
  { what: 'words to complete from', shell: "compgen -W '{{x}}' ''", attack: COMMAND },
  { what: 'printf -v', shell: 'printf -v "{{x}}" 1', attack: SUBSCRIPT },
  { what: 'read', shell: 'read "{{x}}" <<< 1', attack: SUBSCRIPT },
  { what: 'unset', shell: 'a=(1); unset "{{x}}"', attack: SUBSCRIPT },
  { what: 'declare', shell: 'declare "{{x}}"', attack: `${SUBSCRIPT}=1` },
  { what: 'export', shell: 'typeset "{{x}}=1"', attack: SUBSCRIPT },
  { what: 'test -v', shell: 'test -v "{{x}}"', attack: SUBSCRIPT },
  { what: 'two values in [ ]', shell: '[ "{{x}}" "{{y}}" ]', attack: '-v', y: SUBSCRIPT },
  { what: 'a command', shell: '{{x}} pwned', attack: 'touch' },
  {
    what: 'the word after a command that expands to nothing',
    shell: '$none {{x}} pwned',
    attack: 'touch',
  },
  { what: 'a shell in a variable', shell: '"$SHELL" -c "echo {{x}}"', attack: COMMAND },
  { what: 'a shell in a variable without quotes', shell: '$SHELL -c "echo {{x}}"', attack: COMMAND },
  { what: 'a shell that is a default', shell: '${none:-/bin/sh} -c "echo {{x}}"', attack: COMMAND },
  { what: 'a shell that which prints', shell: '$(which bash) -c "echo {{x}}"', attack: COMMAND },
  { what: 'a shell in a variable behind a wrapper', shell: 'env "$SHELL" -c "echo {{x}}"', attack: COMMAND },
  {
    what: 'a shell after a word that expands to nothing',
    shell: '$none sh -c "echo {{x}}"',
    attack: COMMAND,
  },
  {
    what: 'a shell in a folder that a variable holds',
    shell: 'bin=/bin; "$bin/sh" -c "echo {{x}}"',
    attack: COMMAND,
  },
  { what: 'a shell in a list', shell: 'run=(bash -c); "${run[@]}" "echo {{x}}"', attack: COMMAND },
  { what: 'a shell in a variable that reads', shell: 'echo "{{x}}" | "$SHELL"', attack: 'touch pwned' },
  {
    what: 'a shell in a variable that reads a here-document',
    shell: '"${none:-sh}" <<EOF\n{{x}}\nEOF',
    attack: 'touch pwned',
  },
  { what: 'eval in a variable', shell: 'e=eval; "$e" echo "{{x}}"', attack: COMMAND },
  { what: 'eval that is a default', shell: '${none:-eval} echo "{{x}}"', attack: COMMAND },
  { what: 'eval in pieces', shell: 'ev${none}al echo "{{x}}"', attack: COMMAND },
  { what: 'eval around a substitution', shell: 'ev`:`al echo "{{x}}"', attack: COMMAND },
  { what: "eval in $'…'", shell: "$'eval' echo {{x}}", attack: COMMAND },
  { what: "eval half in $'…'", shell: "e$'va'l echo {{x}}", attack: COMMAND },
  { what: 'eval in escapes', shell: "$'\\x65val' echo {{x}}", attack: COMMAND },
  { what: 'eval in braces', shell: '{eval,} "{{x}}"', attack: COMMAND },
  { what: 'a command behind a wrapper', shell: 'nohup {{x}} pwned', attack: 'touch' },
  { what: 'a shell that takes its option', shell: 'sh {{x}} {{y}}', attack: '-c', y: "'touch pwned'" },
  { what: 'a file to source', shell: 'source {{x}}', attack: './evil' },
  {
    what: 'script -c, which runs a shell as su -c does',
    shell: 'script -qc "{{x}}" /dev/null',
    attack: 'touch pwned',
  },
  { what: '$name[…] of zsh', shell: 'a=(1); echo $a[{{x}}]', attack: '$(touch pwned)', with: 'zsh' },
];

// Values are not followed through functions, arguments, lists, pipelines, other variables and `read`. What a script
// does with its own variables is the author's code.
const NOT_FOLLOWED = [
  "bash -c 'n=$1; (( n > 1 ))' sh {{x}}",
  'set -- "{{x}}"; echo $(($1))',
  'f() { eval "$1"; }; f "{{x}}"',
  'f() { local n=$2; [[ $n -gt 1 ]]; }; f a "{{x}}"',
  'g() { (( $1 > 1 )); }; f() { g "$@"; }; f "{{x}}"',
  'f() { for n; do (( n > 1 )); done; }; f "{{x}}"',
  'f() { declare -n r=$1; echo $r; }; f "{{x}}"',
  'f() { "$@"; }; f {{x}} pwned',
  'y=({{x}} pwned); "${y[@]}"',
  'f() { echo "{{x}}"; }; f | bash',
  'f() { echo "$y"; }; y="{{x}}"; eval "$(f)"',
  'y={{x}}; n=y; echo $((n))',
  'f() { bash; }; echo "{{x}}" | f',
  'g() { echo "{{x}}" | f; }; f() { sh; }; g',
  'echo "{{x}}" | { eval "$(cat)"; }',
  'read -r y <<< "{{x}}"; eval "echo $y"',
  'while read -r y; do eval "echo $y"; done <<\'EOF\'\n{{x}}\nEOF',
  'printf -v y %s "{{x}}"; eval "echo $y"',
  'y={{x}}; z="a $y"; eval "echo $z"',
  'read -r PS4 <<< {{x}}; set -x; :',
  'read -ra cmd <<< {{x}}; "${cmd[@]}"',
  'n=$(echo {{x}}); echo $((n))',
  'echo {{x}} > f; sh f',
];

// One process tries all attacks on a shell, each in a folder of its own. It runs each script twice: with the value in
// place of the placeholder (naive), and with a quoted variable there (quoted).
const TRY = `
for folder in "$@"; do
  cd "$folder" || exit 1
  attack=$(cat attack) y=$(cat y)
  for source in naive quoted; do
    timeout 5 env -i PATH="$PATH" SHELL=/bin/bash GANTZ_ARG_X="$attack" x="$attack" y="$y" \\
      "$0" -c "$(cat "$source")" </dev/null >/dev/null 2>&1
    [ -e pwned ] && break
  done
done
:`;

// These attacks are not run here. They need another machine, a terminal or root.
const UNTRIED = [
  'ssh host "ls {{x}}"',
  'ssh host ls {{x}}',
  'ssh -o "ProxyCommand={{x}}" host',
  'ssh host bash -s <<EOF\n{{x}}\nEOF',
  'su -c "ls {{x}}" bob',
  'sudo -u bob sh -c "ls {{x}}"',
  'watch "ls {{x}}"',
  'docker exec box sh -c "ls {{x}}"',
  'docker exec box sh -c "{{x}}"',
  'kubectl exec pod -- bash -c {{x}}',
  'systemd-run sh -c "{{x}}"',
  'ssh host "bash -s" <<EOF\n{{x}}\nEOF',
  "ssh host 'sudo sh' <<EOF\n{{x}}\nEOF",
  "echo {{x}} | ssh host 'cat | sh'",
  'docker exec -i box sh <<EOF\n{{x}}\nEOF',
  'kubectl exec -i pod -- bash <<EOF\n{{x}}\nEOF',
  'docker run -i alpine sh <<EOF\n{{x}}\nEOF',
  'echo {{x}} | docker exec -i box bash',
  'echo {{x}} | parallel',
  'echo {{x}} | xargs -I{} ssh host "ls {}"',
  'sshpass -p x ssh host "ls {{x}}"',
  'autossh host "ls {{x}}"',
  'gcloud compute ssh vm --command "ls {{x}}"',
  'gcloud compute ssh vm --command="ls {{x}}"',
  'vagrant ssh -c "ls {{x}}"',
  'tmux new-session -d "ls {{x}}"',
  'tmux send-keys -t main "ls {{x}}" Enter',
  'ls | entr -s "ls {{x}}"',
  'nodemon --exec "ls {{x}}"',
  'powershell -c "{{x}}"',
  'at now <<EOF\n{{x}}\nEOF',
  'function {{x}} { :; }',
  'for {{x}} in a; do :; done',
  'echo ${v#{{x}}} ${v/{{x}}/y}',
  'echo "unclosed {{x}}',
  "echo 'unclosed {{x}}",
  'echo $(unclosed {{x}}',
  'echo `unclosed {{x}}',
  'cat <<EOF\n{{x}}',
  'cat <<{{x}}\n{{x}}',
  'case {{x}} in a) echo;;',
  'echo ${v:-"$(x {{x}}}',
];

// No script here may have an error or a warning.
const ORDINARY = [
  '"$DIR/x" {{x}}',
  '"$HOME"/bin/tool --a {{x}} -c {{y}}',
  '$HOME/bin/x {{x}} <<EOF\n{{y}}\nEOF',
  '${PYTHON:-python3} x.py {{x}}',
  '$(command -v node) x.js {{x}}',
  '${EDITOR:-vi} {{x}}',
  'python${VERSION} x.py {{x}}',
  'cc=gcc; "$cc" -c {{x}}',
  "IFS=$'\\n'; grep $'\\t' {{x}}",
  'echo {{x}} | grep bash | sort | uniq -c | head -n 3',
  "curl -s http://localhost/{{x}} | jq -r '.[0].name'",
  'ls *.txt {a,b} [ab]* {{x}} | tr a-z A-Z',
  'cat <<EOF | sort |\n{{x}}\nEOF\nuniq',
  'log() { printf "%s\\n" "$1"; }; log {{x}}',
  'while read -r line; do echo "$line {{x}}"; done < f',
  'for f in *.log; do\n  grep -c {{x}} "$f" # count\ndone |\n  sort',
  'mail -s {{x}} bob <<EOF\n$(date): {{y}}\nEOF',
  'git commit -m "{{x}}" && git push origin "HEAD:{{y}}"',
  'tar -c -f {{x}}.tar --exclude={{y}} .',
  'docker run --rm -v "$PWD:/w" image:{{x}} tool {{y}}',
  'kubectl get pods -n {{x}} -o name | xargs -r kubectl delete -n {{x}}',
  'find . -name "*{{x}}*" -exec grep -l {{y}} {} +',
  'set -eu; cd {{x}} && make -j4 >log 2>&1 || exit 1',
  'echo {{x}} | xargs -n1 sh -c \'echo "$1"\' _',
  'if echo {{x}} | grep -q y; then bash ./script {{y}}; fi',
  'x=$(echo {{x}} | tr a b); echo "$x" | tee >(cat) >/dev/null',
  "ssh host 'cat > f.sh' <<EOF\n{{x}}\nEOF",
  'f() { cat; }; echo {{x}} | f',
  'while read -r a b; do echo "$b $a"; done <<EOF\n{{x}}\nEOF',
  'apt-get install -y zsh <<< {{x}}',
  'echo $(( (1 + 2) * $(wc -l < f) )) "$(( "$n" + ${#m} ))" {{x}}',
  '(( n > 3 )) && echo {{x}}; (( i++ )) || true; ( ( cd /; ls ); echo {{y}} )',
  'curl -s \\\n  -H "A: {{x}}" \\\n  http://localhost |\\\n  jq . \\\n  > f',
  'echo "one \\\ntwo {{x}}\\\nthree"; cat <<EOF\nlong \\\nline {{y}}\nEOF',
  'declare -A m; m["k l"]=1 m[$k]=2; i=0; a[$((i + 1))]={{x}}; a[i]=3; echo "${m["k l"]} ${!m[@]} ${#a[@]}"',
  'echo "${x@Q} ${!prefix@}" {{x}}',
  'time ls {{x}}; time -p cat {{y}}; coproc cat {{x}}',
  'f() { (( $1 > 2 )); }; g() { local n=$1; echo "$n"; }; f 3; g {{x}}',
  'die() { echo "$1" >&2; exit 1; }\nmain()\n{\n  [ -n "$1" ] || die "no {{x}}"\n}\nmain {{x}}',
  'trap \'rm -f "$tmp"\' EXIT; tmp=$(mktemp); echo "$GANTZ_ARG_X" {{x}} > "$tmp"',
  'f() ( cd "$1" && ls ); f {{x}}; function g { printf "%s\\n" "$@"; }; g {{x}} {{y}}',
  'set -euo pipefail; a=(); for v in "${a[@]}"; do n=$((n + 1)); done; echo {{x}}',
  'y="${1:-"{{x}}"}"; y="${y#"{{x}}"}"; echo "${y%%"{{y}}"*}"',
  'echo `date` "`hostname`" {{x}}; cat <<EOF\n$(date) `id` ${HOME:-none}\nEOF',
  'redis-cli get {{x}}; redis-cli -n 1 set k {{y}}; make {{x}} -j4; tar -czf {{x}}.tgz {{y}}',
  'tmux new-session -d -s {{x}}; rsync -av {{x}} host:{{y}}; docker restart mysql-{{x}}',
  'gcloud compute instances list --filter "name={{x}}"; systemctl restart ssh',
  'run() { echo "+ $*" >&2; "$@"; }; run rm -f {{x}}; args=({{y}}); run ls "${args[@]}"',
  'cmd=(ls -l); cmd+=({{x}}); "${cmd[@]}"',
  'name() { echo {{x}}; }; n=$(name); echo "$n" | sort; name | grep -c {{y}}',
  'if ! command -v jq >/dev/null; then echo {{x}}; exit 1; fi',
];

describe('a placeholder that no quoting makes safe', () => {
  const root = temporaryDirectory();
  const folderOf = (index: number) => join(root, String(index));
  before(async () => {
    for (const [index, { shell, attack, y = '' }] of REFUSED.entries()) {
      mkdirSync(folderOf(index));
      const files = {
        evil: 'touch pwned',
        naive: shell.replaceAll('{{x}}', attack).replaceAll('{{y}}', y),
        quoted: shell.replaceAll(/"\{\{(\w)\}\}"|\{\{(\w)\}\}/g, '"$$$1$2"'),
        attack,
        y: y.replaceAll("'", ''),
      };
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folderOf(index), name), text);
    }
    await Promise.all(
      (['sh', 'bash', 'dash', 'zsh'] as const).map(async (interpreter) => {
        const folders = REFUSED.flatMap((one, index) =>
          (one.with ?? 'bash') === interpreter ? [folderOf(index)] : [],
        );
        await promisify(execFile)('sh', ['-c', TRY, interpreter, ...folders], { maxBuffer: 10 << 20 });
      }),
    );
  });
  after(() => rmSync(root, { recursive: true }));

  for (const [index, { what, shell, attack, y = '', with: interpreter = 'bash' }] of REFUSED.entries()) {
    it(`${what}: ${JSON.stringify(shell)}`, async () => {
      const directory = folderOf(index);
      const pwned = join(directory, 'pwned');
      assert.ok(existsSync(pwned), 'the attack works where nothing refuses it');
      rmSync(pwned);

      const properties = { x: { type: 'string' }, y: { type: 'string' } };
      const error = await failureOf(
        invoke({ shell, interpreter }, { params: { x: attack, y }, properties, directory }),
      );
      assert.equal(error.code, 'MANIFEST_INVALID');
      assert.equal(error.outcome, 'none');
      assert.ok(error.hint);
      assert.ok(!existsSync(pwned));
      const found = problemsOf(shell, properties, interpreter).filter(({ severity }) => severity === 'error');
      assert.ok(found.length > 0);
      for (const { placeholder } of found) assert.match(placeholder, /^(?:\{\{[xy]\}\}|GANTZ_ARG_X)$/);
    });
  }

  for (const shell of UNTRIED) {
    it(JSON.stringify(shell), () => {
      assert.ok(problemsOf(shell).some(({ severity }) => severity === 'error'));
    });
  }
});

describe('a type or an enum that makes a placeholder harmless', () => {
  const cases: [shell: string, printed: string, interpreter?: Interpreter][] = [
    ['printf %s. $(( {{n}} + 1 ))', '-2.'],
    ['printf %s. $(( {{n}} + 1 ))', '-2.', 'dash'],
    ['[[ {{n}} -lt 1 ]] && printf yes', 'yes'],
    ['v=abcdef; printf %s. ${v: {{m}}}', 'cdef.'],
    ['a=(1 2 x); printf %s ${a[{{m}}]}', 'x'],
    ['for (( i = 0; i < {{m}}; i++ )); do printf "<$i>"; done', '<0><1>'],
    ['let x={{m}}+1; printf "x$x"', 'x3'],
    ['sh -c \'printf "n{{n}}"\'', 'n-3'],
    ['{{ program }} x', 'x'],
    ['eval "{{program}} {{flag}}"', 'true'],
    ['{{program}} {{free}}', '$(x) *'],
    ['printf "%s." $(( {{obj.size}} * 2 ))', '8.'],
  ];
  const properties = {
    n: { type: 'integer' },
    m: { type: ['integer', 'null'] },
    program: { enum: ['echo', 'ls'] },
    flag: { type: 'boolean' },
    free: { type: 'string' },
    obj: { type: 'object', properties: { size: { type: 'integer' } } },
  };
  const params = { n: -3, m: 2, program: 'echo', flag: true, free: '$(x) *', obj: { size: 4 } };
  for (const [shell, printed, interpreter = 'bash'] of cases) {
    it(`${interpreter}: ${shell}`, async () => {
      assert.deepEqual(problemsOf(shell, properties, interpreter), []);
      const result = await invoke({ shell, interpreter }, { params, properties });
      assert.equal(String(result['output'] ?? result['result']), printed);
    });
  }

  it('applies to the value of a field, which the call checks again', async () => {
    const params = { obj: { size: SUBSCRIPT } };
    const error = await failureOf(
      invoke({ shell: 'echo $(( {{obj.size}} ))', interpreter: 'bash' }, { params, properties }),
    );
    assert.equal(error.code, 'MANIFEST_INVALID');
  });

  it('is checked as each program that the enum lists', () => {
    const properties = { x: { enum: ['bash', 'zsh'] }, y: { type: 'string' } };
    assert.equal(problemsOf('{{x}} -c "ls {{y}}"', properties)[0]?.placeholder, '{{y}}');
    assert.deepEqual(problemsOf('{{x}} ./script {{y}}', properties), []);
  });

  it('is not an enum with a word that a shell interprets', () => {
    assert.equal(problemsOf('eval {{x}}', { x: { enum: ['a', 'b;c'] } })[0]?.severity, 'error');
  });
});

describe('a leading dash', () => {
  const directory = temporaryDirectory();
  for (const interpreter of ['bash', 'dash', 'zsh'] as const) {
    for (const shell of [
      'printf {{x}} {{y}}',
      'printf "{{x}}" "{{y}}"',
      'printf $none {{x}}',
      'wait {{x}}; :',
    ]) {
      it(`names no variable to evaluate: ${shell} in ${interpreter}`, async () => {
        for (const x of ['-va[$(touch pwned)]', '-pa[$(touch pwned)]', '-v', '--'])
          await invoke({ shell, interpreter }, { params: { x, y: SUBSCRIPT }, directory }).catch(
            () => undefined,
          );
        assert.ok(!existsSync(join(directory, 'pwned')));
      });
    }
  }
});

describe('a value that is not followed', () => {
  for (const shell of NOT_FOLLOWED) it(shell, () => assert.deepEqual(problemsOf(shell), []));
});

describe('a variable that is assigned from a placeholder', () => {
  const refused = [
    'declare n={{x}}; (( n > 1 ))',
    'export n="{{x}}"; echo $((n))',
    'f() { local n=a{{x}}; [[ $n -gt 1 ]]; }; f',
    'readonly n={{x}}; let m=n',
    'for n in a {{x}}; do echo ${list[n]}; done',
    'n={{x}}; eval "echo $n"',
    'n={{x}}; ssh host "ls $n"',
    'n={{x}}; echo "$n" | sh',
    'n={{x}}; bash <<< "$n"',
    'n={{x}}; bash <<EOF\n$n\nEOF',
    'n={{x}}; "$n" --version',
    'n={{x}}; sudo "$n"',
    'n={{x}}; if true; then f() { echo "${v:n}"; }; fi',
  ];
  for (const shell of refused)
    it(`is refused where its value is evaluated: ${shell}`, () => {
      const problems = problemsOf(shell);
      assert.deepEqual(
        problems.map(({ severity, placeholder }) => [severity, placeholder]),
        [['error', '{{x}}']],
      );
      assert.match(problems[0]?.message ?? '', /^\{\{x\}\} is assigned to the variable n, which /);
    });

  const properties = { x: { type: 'integer' }, y: { enum: ['ls', 'cat'] } };
  for (const shell of [...refused, 'n={{y}}; $n f', "printf '%s' $n; n={{x}}"])
    it(`may be a number or one of plain words: ${shell}`, () =>
      assert.deepEqual(problemsOf(shell, properties), []));

  const unquoted = [
    "printf '%s' $v",
    'rm -r ${v%.*}',
    'for f in $v; do :; done',
    'a=("$v" $v)',
    'ls ${v:-.} | wc -l',
  ];
  for (const shell of unquoted) {
    it(`is warned about without quotes, except in zsh: ${shell}`, () => {
      const [problem, ...more] = problemsOf(`v={{x}}; ${shell}`);
      assert.deepEqual([problem?.severity, problem?.placeholder, more], ['warning', '{{x}}', []]);
      assert.match(problem?.hint ?? '', /"\$v"/);
      for (const interpreter of ['sh', 'dash'] as const)
        if (!shell.startsWith('a='))
          assert.equal(problemsOf(`v={{x}}; ${shell}`, undefined, interpreter).length, 1);
      assert.deepEqual(problemsOf(`v={{x}}; ${shell}`, undefined, 'zsh'), []);
    });
  }
  it('is warned about for the variable of a parameter too', () => {
    assert.match(problemsOf('ls $GANTZ_ARG_X')[0]?.hint ?? '', /"\$GANTZ_ARG_X"/);
    assert.deepEqual(problemsOf('ls $GANTZ_ARG_X', { x: { type: 'integer' } }), []);
  });

  const quoted = [
    'w=$v; export w=$v; echo "$v" "a${v}b" "$(cat "$v")"',
    '[[ $v == a* ]]; case $v in a) ;; esac; cat <<< $v > $v',
    'cat <<EOF\n$v\nEOF\necho ${#v}',
  ];
  for (const shell of quoted)
    it(`is not split here: ${shell}`, () => assert.deepEqual(problemsOf(`v={{x}}; ${shell}`), []));
});

describe('a placeholder that is only warned about', () => {
  const cases: [shell: string, hint: RegExp][] = [
    ['python3 -c "print(\'{{x}}\')"', /os\.environ\["GANTZ_ARG_X"\]/],
    ["python3 - <<'EOF'\nprint('{{x}}')\nEOF", /GANTZ_ARG_X/],
    ['node -e "console.log({{x}})"', /process\.env\.GANTZ_ARG_X/],
    ["perl -ne 'print if /{{x}}/' f", /GANTZ_ARG_X/],
    ['awk -F, \'$1 == "{{x}}"\' f', /ENVIRON\["GANTZ_ARG_X"\]/],
    ['sed "s/a/{{x}}/" f', /GANTZ_ARG_X/],
    ['curl -s http://localhost | jq ".{{x}}"', /GANTZ_ARG_X/],
    ['psql -c "select \'{{x}}\'"', /GANTZ_ARG_X/],
    ['psql db <<EOF\nselect {{x}}\nEOF', /GANTZ_ARG_X/],
    ['echo "select {{x}}" | sqlite3 db', /./],
    ['mysql --execute="select {{x}}"', /GANTZ_ARG_X/],
    ['docker exec db psql -U bob -c "select \'{{x}}\'"', /GANTZ_ARG_X/],
    ['docker exec -i db psql <<EOF\nselect {{x}}\nEOF', /GANTZ_ARG_X/],
    ['kubectl exec pod -- python3 -c "print(\'{{x}}\')"', /GANTZ_ARG_X/],
    ['uv run python -c "{{x}}"', /GANTZ_ARG_X/],
    ['npx tsx -e "{{x}}"', /GANTZ_ARG_X/],
    ['julia -e "{{x}}"', /GANTZ_ARG_X/],
    ['expect -c "{{x}}"', /GANTZ_ARG_X/],
    ['redis-cli -n 1 eval "{{x}}" 0', /ARGV/],
    ['bc <<< "{{x}} + 1"', /number/],
    ['sed -i \'\' "s/a/{{x}}/" f', /GANTZ_ARG_X/],
    ['gawk -i inplace "{{x}}" f', /GANTZ_ARG_X/],
    ['make deploy ENV={{x}}', /GANTZ_ARG_X/],
    ['for i in {1..{{x}}}; do :; done', /seq/],
    ['ssh {{x}} uptime', /--/],
    ['printf "{{x}}"', /printf '%s'/],
    ['{{x}}', /anything/],
  ];
  for (const [shell, hint] of cases) {
    it(shell, () => {
      const [problem, ...more] = problemsOf(shell);
      assert.deepEqual([problem?.severity, more], ['warning', []]);
      assert.match(problem?.hint ?? '', hint);
    });
  }

  it('is warned about in a range, also when it is a number', () => {
    assert.equal(problemsOf('echo {1..{{x}}}', { x: { type: 'integer' } })[0]?.severity, 'warning');
    assert.deepEqual(problemsOf('echo {1..{{x}}}', { x: { type: 'integer' } }, 'zsh'), []);
  });

  it('is warned about in echo when the shell interprets backslashes there', () => {
    assert.match(problemsOf('echo "a {{x}}"', undefined, 'sh')[0]?.hint ?? '', /printf/);
    assert.deepEqual(problemsOf('echo "a {{x}}"', { x: { type: 'integer' } }, 'sh'), []);
  });

  it('may be the whole script, and that script runs', async () => {
    assert.deepEqual(await invoke({ shell: ' {{command}}\n' }, { params: { command: 'echo $((1+1))x' } }), {
      output: '2x',
    });
    assert.deepEqual(
      await invoke({ shell: '{{command}}' }, { params: { command: '-c' } }).catch(() => 'failed'),
      'failed',
    );
    assert.match(problemsOf('{{x}}')[0]?.message ?? '', /is the whole script/);
    assert.match(problemsOf('{{x}} y')[0]?.message ?? '', /names the program/);
  });
});

describe('a script without problems', () => {
  const shells = [
    'sh -c \'echo "$1"\' sh {{x}}',
    'eval \'echo "$GANTZ_ARG_X"\'',
    'bash ./script.sh {{x}}',
    'v={{x}}; w={{y}}; echo $((1 + n)) "$v"; [[ $m -gt 1 && $v == a ]]; sh -c \'echo "$1"\' sh "$w"',
    'command -v {{x}}',
    "awk '{print $1}' {{x}}",
    "jq --arg v {{x}} '.[$v]' f",
    'if [ "{{x}}" = a ] && [ -n {{x}} ]; then echo {{x}}; elif [ ! -f {{x}} ]; then :; fi',
    'echo {{x}} | tee f; date | sh',
    'export A={{x}} B="{{x}}"; local c={{x}}',
    'case {{x}} in a|b) echo {{x}};; esac; esac_=1',
    'cat > {{x}} 2>&1 < /dev/null <<EOF\n{{x}}\nEOF\n',
    "docker ps --filter 'name={{x}}' && kill {{x}}",
    'read -r -p "{{x}}" answer',
    ...ORDINARY,
    'psql -v v={{x}} -f f.sql',
    'ssh -p {{x}} -- host',
  ];
  for (const shell of shells) it(shell, () => assert.deepEqual(problemsOf(shell), []));

  for (const interpreter of ['sh', 'dash', 'zsh'] as const)
    for (const shell of ORDINARY)
      it(`${interpreter}: ${shell}`, () =>
        assert.deepEqual(
          problemsOf(shell, undefined, interpreter).filter(({ message }) => !message.includes('echo')),
          [],
        ));

  it('finds problems in every branch', () => {
    const problems = problemsOf(
      '{{ if x }}echo{{ else }}eval {{y}}{{ end }} {{ if not y }}let {{x}}{{ end }}',
    );
    assert.deepEqual(
      problems.map(({ placeholder }) => placeholder),
      ['{{y}}', '{{x}}'],
    );
  });
});

function schemaOf(properties: Record<string, JsonSchema>): ObjectSchema {
  return { type: 'object', properties, required: [], additionalProperties: false };
}

function problemsOf(
  shell: string,
  properties: Record<string, JsonSchema> = { x: { type: 'string' }, y: { type: 'string' } },
  interpreter: Interpreter = 'bash',
) {
  return shellProblems({ shell, schema: schemaOf(properties), interpreter }).map((problem) => ({
    ...problem,
    placeholder: shell.slice(problem.offset, problem.offset + problem.length),
  }));
}

import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { ObjectSchema } from '../../lib/contract/manifest.ts';
import { shellProblems } from '../../lib/run/script/shell.ts';
import { invoke, temporaryDirectory } from '../run/script/invoke.ts';

// Common scripts. Those in `run` need no network and change nothing, so the tests run them with hostile values.
const RUN = [
  'n=$(wc -l < "{{p}}"); echo $((n+1))',
  'code=$(printf %s "{{p}}" | wc -c); [[ $code -ge 400 ]] && echo long || echo short',
  "printf '%s\\n' {{p}} | xargs -I{} sh -c 'echo \"$1\"' _ {}",
  'printf \'%s\\0\' "{{p}}" | xargs -0 -n1 sh -c \'printf "%s\\n" "$1"\' _',
  'lines=$(grep -c -- "{{p}}" notes || true); if (( lines > 0 )); then echo found; fi',
  'size=$(stat -c %s notes); echo $(( size / 1024 )) "{{p}}"',
  'find . -name "{{p}}" -exec sh -c \'echo "$1"\' _ {} \\;',
  'find . -type f -exec grep -l -- {{p}} {} +',
  "jq -n --arg p {{p}} '{name: $p}'",
  'jq -c --arg name "{{p}}" \'.[] | select(.name == $name)\' people.json',
  'grep -n -- "{{p}}" notes | head -n 3 | cut -d: -f1',
  'while IFS= read -r line; do printf "%s %s\\n" "$line" "{{p}}"; done < notes',
  'while read -r a b; do printf "%s\\n" "$b"; done <<< "{{p}}"',
  'for word in one two "{{p}}"; do printf "<%s>" "$word"; done',
  'i=0; while [ "$i" -lt 3 ]; do i=$((i + 1)); printf "%s" "{{p}}"; done',
  'for i in $(seq 1 3); do printf "%s %s\\n" "$i" {{p}}; done',
  'for ((i = 0; i < 2; i++)); do printf "%s\\n" "{{p}}"; done',
  'case "{{p}}" in *.txt) echo text ;; a|b) echo letter ;; *) echo other ;; esac',
  'args=(-n 1 "{{p}}"); printf "%s\\n" "${args[@]}"; echo "${#args[@]}"',
  'declare -A seen; seen[a]=1; for k in "${!seen[@]}"; do echo "$k={{p}}"; done',
  'cat <<EOF\nDear {{p}},\n\tyou owe $((3 * 4)) euros on $(date +%Y).\nEOF',
  "cat <<'EOF' | tr a-z A-Z\n$HOME {{p}} `x`\nEOF",
  'name={{p}}; echo "Hello, ${name:-nobody}!"; echo "${#name}"; echo "${name%.*}" "${name##*/}"',
  'v={{p}}; [ -z "$v" ] && exit 0; [ "$v" = x ] || printf "%s\\n" "$v" | sort | uniq -c',
  'v="{{p}}"; printf "%s" "${v//a/b}"; printf "%s" "${v^^}"',
  'tmp=$(mktemp); trap \'rm -f "$tmp"\' EXIT; printf "%s" {{p}} > "$tmp"; wc -c < "$tmp"',
  'log() { printf "%s %s\\n" "$(date +%s)" "$*"; }; log "start {{p}}"; log done',
  'set -euo pipefail; IFS=$\'\\n\\t\'; total=0; for n in 1 2 3; do total=$((total + n)); done; echo "$total {{p}}"',
  'start=$(date +%s); sleep 0; end=$(date +%s); echo "$((end - start)) {{p}}"',
  'days={{days}}; date -u -d "@$((86400 * days))" +%F; echo {{p}}',
  'echo $(( {{days}} * 24 )); [[ {{days}} -gt 1 ]] && printf "%s" {{p}}',
  'list="a b c"; for one in $list; do printf "%s:%s " "$one" "{{p}}"; done',
  "awk -v n={{days}} 'NR <= n { print $1 }' notes; echo {{p}}",
  'awk \'index($0, ENVIRON["GANTZ_ARG_P"]) { print NR }\' notes',
  'python3 -c \'import os; print(len(os.environ["GANTZ_ARG_P"]))\'',
  'sed -n "1,{{days}}p" notes; basename -- "{{p}}"; dirname -- {{p}}',
  'test -f {{p}} || echo missing >&2; if [[ -d "{{p}}" || {{p}} == *.d ]]; then echo folder; fi',
  'printf "%s\\n" "{{p}}" | tee copy | sha256sum | cut -c1-8; rm -f copy',
  'diff <(sort notes) <(printf "%s\\n" "{{p}}") > /dev/null || echo differs',
  '{ printf "%s\\n" one; printf "%s\\n" "{{p}}"; } | sort -r | head -n 1; (cd / && ls "{{p}}") 2>/dev/null || true',
  'read -r first rest <<< "{{p}}"; printf "%s\\n" "$first"; mapfile -t rows < notes; echo "${#rows[@]}"',
  'timeout 5 env -u HOME nice -n 5 printf "%s\\n" "{{p}}"',
];

const LOAD = [
  // The safe idioms of docs/manifest.md.
  'trap \'rm "$GANTZ_ARG_P"\' EXIT; bash script.sh {{p}}; sh -c \'ls "$1"\' _ {{p}}; v={{p}}; ls "$v"',
  'printf "%s" {{p}} | ssh host ./list; psql -v p={{p}} -c "select :\'p\'"; jq --arg p {{p}} ".[$p]" f',
  'export $(grep -v \'^#\' .env | xargs); curl -fsS "$API/{{p}}"; name={{p}}; echo "$name"',
  'eval "$(ssh-agent -s)"; trap "kill $SSH_AGENT_PID" EXIT; ssh-add -q; scp {{p}} host:',
  'source .env; . ./lib.sh; run "{{p}}"; set -a; declare -r limit={{days}}; echo $((limit * 2))',
  'code=$(curl -s -o /dev/null -w "%{http_code}" "{{p}}"); [[ $code -ge 400 ]] && exit 1; echo "$code"',
  'code=$(curl -s -w "%{http_code}" "https://example.com/{{p}}"); if [ "$code" -ge 400 ]; then exit 1; fi',
  'curl -fsS -H "Authorization: Bearer $TOKEN" --data-urlencode "q={{p}}" https://example.com | jq -r .name',
  'curl -fsS -X POST -d @- https://example.com/{{p}} <<EOF\n{"name": "x"}\nEOF',
  'git clone --depth 1 -- "{{p}}" work && cd work && git log --oneline -n {{days}}',
  'git commit -m "{{p}}" && count=$(git rev-list --count HEAD) && echo $((count + 1))',
  'git grep -n -e {{p}} -- "*.ts" | wc -l',
  'docker run --rm -v "$PWD:/data" alpine:3 ls "/data/{{p}}"',
  'docker exec -i db pg_dump -t {{p}} app > dump.sql; kubectl logs -n {{p}} deploy/web --tail={{days}}',
  'ssh -o BatchMode=yes host uptime; scp {{p}} host:/tmp/',
  'rsync -av --delete "{{p}}/" "backup:/srv/{{p}}/"; tar -czf "{{p}}.tgz" -- "{{p}}"',
  'aws s3 cp "s3://bucket/{{p}}" - | gzip -d | head -c 100; gh issue list --search "{{p}}" --json title',
  'psql -v name="{{p}}" -f query.sql; mysql app < dump.sql; sqlite3 db < schema.sql; echo {{p}}',
  'redis-cli set "key:{{p}}" 1; npm run build -- --name={{p}}; make -j"$(nproc)" test',
  'ps aux | grep -v grep | grep -c {{p}}; pgrep -f "{{p}}"; kill -0 "$(cat pid)"',
  'systemctl restart {{p}}; journalctl -u {{p}} -n {{days}} --no-pager; sudo apt-get install -y -- {{p}}',
];

const HOSTILE = [
  '$(touch pwned)`touch pwned`',
  '"; touch pwned; "',
  "'; touch pwned; '",
  'a[$(touch pwned)]',
  '-v',
  'x\ntouch pwned\n|touch pwned;# * {a,b} ~',
];

const PROPERTIES = { p: { type: 'string' }, days: { type: 'integer' } };
const SCHEMA: ObjectSchema = {
  type: 'object',
  properties: PROPERTIES,
  required: [],
  additionalProperties: false,
};

describe('ordinary scripts', () => {
  for (const shell of [...RUN, ...LOAD])
    it(`load: ${shell}`, () =>
      assert.deepEqual(shellProblems({ shell, interpreter: 'bash', schema: SCHEMA }), []));

  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'notes'), 'one 1\ntwo 2\n');
  writeFileSync(join(directory, 'people.json'), '[{"name":"x"}]');
  after(() => rmSync(directory, { recursive: true }));

  for (const shell of RUN)
    it(`execute no value: ${shell}`, async () => {
      for (const p of HOSTILE) {
        const options = { params: { p, days: 2 }, properties: PROPERTIES, directory };
        // Some scripts fail for such a value. The test only requires that no part of the value runs.
        await invoke({ shell, interpreter: 'bash' }, options).catch(() => undefined);
        assert.deepEqual(readdirSync(directory).toSorted(), ['notes', 'people.json'], p);
      }
    });
});

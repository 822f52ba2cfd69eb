/** The files of a new project, by their path in it. */
export type Template = { summary: string; files: Readonly<Record<string, string>>; next: string };

const SCHEMA_LINE = '# yaml-language-server: $schema=';

/** What `gantz init --template` can begin a project with. */
export const TEMPLATES = {
  redis: {
    summary: 'the bundled Redis tools, and one of your own',
    next: `gantz cache set '{"key":"greeting","value":"hello"}'`,
    files: {
      'gantz.yaml': `${SCHEMA_LINE}./gantz.schema.json
name: my-redis-tools
description: Fast state for agents

env:
  # Without REDIS_URL a private server is started when it is first needed.
  REDIS_URL: \${REDIS_URL:-embedded:}

include:
  - builtin:redis

tools:
  - name: now
    description: The time of this machine, UTC
    script:
      shell: date -u +%Y-%m-%dT%H:%M:%SZ
    annotations: { readOnlyHint: true }
    tests:
      - { name: is a time, input: {}, expect: { matches: "^[0-9-]+T[0-9:]+Z$" } }
`,
    },
  },
  shell: {
    summary: 'tools that are shell scripts',
    next: 'gantz call greet --name Ada',
    files: {
      'gantz.yaml': `${SCHEMA_LINE}./gantz.schema.json
name: my-shell-tools
description: Tools that are shell scripts

tools:
  - name: greet
    description: Greet somebody
    parameters:
      - { name: name, type: string, required: true, minLength: 1, description: whom to greet }
      - { name: shout, type: boolean, default: false, description: say it loudly }
    script:
      # A value is put in as data, never as shell source: no quoting of yours is needed.
      shell: |
        greeting="Hello, {{name}}!"
        {{ if shout }}greeting=$(printf %s "$greeting" | tr '[:lower:]' '[:upper:]'){{ end }}
        printf '%s\\n' "$greeting"
    annotations: { readOnlyHint: true }
    tests:
      - { name: greets, input: { name: Ada }, expect: { equals: "Hello, Ada!" } }
      - { name: takes any text as text, input: { name: "$(id) '; ls" }, expect: { equals: "Hello, $(id) '; ls!" } }

  - name: count-lines
    description: Count the lines of a text
    parameters:
      - { name: text, type: string, required: true }
    script:
      command: wc
      args: ["-l"]
      stdin: "{{text}}"
    annotations: { readOnlyHint: true }
    tests:
      - { name: counts, input: { text: "a\\nb\\n" }, expect: { contains: "2" } }
`,
    },
  },
  http: {
    summary: 'tools that are HTTP requests',
    next: 'API_URL=https://api.example.com gantz call get-user --id 1',
    files: {
      'gantz.yaml': `${SCHEMA_LINE}./gantz.schema.json
name: my-http-tools
description: Tools that are HTTP requests

env:
  API_URL: \${API_URL:-http://127.0.0.1:8080}

tools:
  - name: get-user
    description: Read a user of the API
    parameters:
      - { name: id, type: string, required: true, minLength: 1, description: the user's id }
      - { name: fields, type: string, description: "which fields, separated by commas; absent means all" }
    http:
      method: GET
      # A value is escaped for the place it stands in.
      url: \${API_URL}/users/{{id}}
      query:
        fields: "{{fields}}"
      headers:
        Accept: application/json
      timeout: 10s
    annotations: { readOnlyHint: true, openWorldHint: true }

  - name: create-user
    description: Create a user in the API
    parameters:
      - { name: name, type: string, required: true, minLength: 1 }
      - { name: tags, type: array, items: { type: string }, default: [] }
    http:
      method: POST
      url: \${API_URL}/users
      body:
        name: "{{name}}"
        tags: "{{tags}}"
      extract_json: id
    annotations: { openWorldHint: true }
`,
    },
  },
  python: {
    summary: 'tools that are Python functions',
    next: 'gantz call word-count --text "to be or not to be"',
    files: {
      'gantz.yaml': `${SCHEMA_LINE}./gantz.schema.json
name: my-python-tools
description: Tools that are Python functions

tools:
  - name: word-count
    description: Count the words of a text
    parameters:
      - { name: text, type: string, required: true }
      - { name: top, type: integer, minimum: 1, default: 3, description: how many of the most frequent to give }
    handler: words.count
    annotations: { readOnlyHint: true }
    tests:
      - { name: counts, input: { text: to be or not to be, top: 1 }, expect: { contains: { total: 6 } } }
`,
      'tools/words.py': `from collections import Counter


def count(text, top):
    """Parameters come as keyword arguments; the return value is the result, as JSON."""
    words = text.lower().split()
    frequent = [{"word": word, "count": n} for word, n in Counter(words).most_common(top)]
    return {"total": len(words), "frequent": frequent}
`,
    },
  },
} as const satisfies Record<string, Template>;

export type TemplateName = keyof typeof TEMPLATES;

import { CODES, type Code } from '../errors.ts';
import { exampleArgument } from './example.ts';
import type { JsonSchema, Manifest, ObjectSchema, Tool } from '../manifest/manifest.ts';
import { schemaType } from './schema-type.ts';

export type SkillOptions = Pick<Manifest, 'name' | 'description'> & {
  tools: readonly Tool[];
  /** The shell words that a call begins with, such as `gantz -c /srv/gantz.yaml`. */
  command: string;
};

/** What each exit status means to the one who called; 128 and above are signals. */
const EXITS: Readonly<Record<number, string>> = {
  1: 'the operation failed; the same call fails again unless something changes',
  2: 'the call is wrong: read `details` and `hint`, correct it, call again',
  3: 'the manifest is wrong: tell a person',
  4: 'something that the tool depends on is not available',
  5: 'out of time',
  70: 'a bug of gantz: tell a person',
};

/** A Markdown page that teaches an agent with a shell to use tools: names, parameters, an example each, exit codes. */
export function renderSkill({ name, description, tools, command }: SkillOptions): string {
  const about = oneLine(description ?? `The tools of ${name}`).replace(/[^.!?]$/, '$&.');
  return `---
name: ${slug(name)}
description: ${JSON.stringify(`${about} Use it from a shell to call ${someOf(tools)}.`)}
---

# ${name}

${about}

## How to call

    ${command} call <tool> '<one JSON object>'

- Put the JSON in single quotes. For long text or text with quotes, send it on stdin instead: \`${command} call <tool> - < params.json\`.
- The answer is one line of JSON on stdout. \`"success":true\` comes with the fields that the tool returns; \`"success":false\` comes with \`error\`, \`code\`, \`retryable\`, \`outcome\` and often \`hint\`. What stands on stderr is for people.
- After a failure: \`"outcome":"none"\` means that nothing happened; \`"applied"\` that it did happen; \`"unknown"\` that it may have, so look before you call again. Call again unchanged only when \`"retryable":true\`.
- What is not there is an answer, not a failure (\`"found":false\`).
- Many calls at once: write one \`{"tool":…,"params":…}\` a line into \`${command} batch\`.

## Exit codes

| exit | meaning | codes |
| --- | --- | --- |
| 0 | success | |
${Object.entries(EXITS)
  .map(([exit, meaning]) => `| ${exit} | ${meaning} | ${codesOf(Number(exit)).join(', ')} |`)
  .join('\n')}

## Tools

${tools.map((tool) => renderTool(tool, command)).join('\n\n')}
`;
}

function renderTool({ name, description, inputSchema, outputSchema }: Tool, command: string): string {
  const lines = [`### ${name}`, '', oneLine(description), ''];
  const parameters = Object.entries(inputSchema.properties);
  if (parameters.length === 0) lines.push('No parameters.');
  for (const [field, schema] of parameters)
    lines.push(`- \`${field}\` (${notes(inputSchema, field, schema)})${said(schema)}`);
  if (outputSchema) lines.push('', `Returns ${fieldsOf(outputSchema)}.`);
  lines.push('', `    ${command} call ${name} ${exampleArgument(inputSchema)}`);
  return lines.join('\n');
}

function notes({ required }: ObjectSchema, field: string, schema: JsonSchema): string {
  const type = schemaType(schema, 'input');
  const parts = [type === 'unknown' ? 'any JSON value' : type];
  if ('default' in schema) parts.push(`default ${JSON.stringify(schema['default'])}`);
  else parts.push(required.includes(field) ? 'required' : 'optional');
  const { minimum, maximum } = schema;
  if (typeof minimum === 'number') parts.push(`at least ${minimum}`);
  if (typeof maximum === 'number') parts.push(`at most ${maximum}`);
  return parts.join(', ');
}

function fieldsOf({ properties }: ObjectSchema): string {
  const fields = Object.entries(properties).map(
    ([field, schema]) => `\`${field}\`${said(schema, ' (', ')')}`,
  );
  return fields.join(', ') || 'nothing more';
}

function said({ description }: JsonSchema, before = ': ', after = ''): string {
  return typeof description === 'string' ? `${before}${oneLine(description)}${after}` : '';
}

function codesOf(exit: number): string[] {
  return (Object.keys(CODES) as Code[]).filter((code) => CODES[code].exit === exit);
}

/** Names of tools, in no more room than the description of a skill has. */
function someOf(tools: readonly Tool[]): string {
  const names = tools.map(({ name }) => name);
  let shown = names.length;
  while (shown > 1 && names.slice(0, shown).join(', ').length > 600) shown--;
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** A name of small letters, digits and hyphens, as skills have it. */
function slug(name: string): string {
  return (
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 64) || 'gantz'
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}

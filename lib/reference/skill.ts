import { CODES, type Code } from '../contract/errors.ts';
import { exampleArgument } from './example.ts';
import type { JsonSchema, Manifest, ObjectSchema, Tool } from '../contract/manifest.ts';
import { schemaType } from './schema-type.ts';

/** The options of `renderSkill`. */
export type SkillOptions = Pick<Manifest, 'name' | 'description'> & {
  tools: readonly Tool[];
  /** The shell words that a call begins with, such as `gantz -c /srv/gantz.yaml`. */
  command: string;
};

/** The meaning of each exit status for the caller. Statuses above 128 are signals, and are not listed. */
const EXITS: Readonly<Record<number, string>> = {
  1: 'the operation failed; the same call fails again unless something changes',
  2: 'the call is wrong: read `details` and `hint`, correct the call, and call again',
  3: 'the configuration is wrong: report it to a person',
  4: 'a dependency of the tool is not available',
  5: 'out of time',
  70: 'a bug in gantz: report it to a person',
};

/**
 * Renders a skill: a Markdown page from which an agent with a shell learns to use the tools. It lists the exit codes,
 * and the parameters and an example call of each tool.
 */
export function renderSkill({ name, description, tools, command }: SkillOptions): string {
  const about = oneLine(description ?? `The tools of ${name}`).replace(/[^.!?]$/, '$&.');
  return `---
name: ${slug(name)}
description: ${JSON.stringify(`${about} Use it from a shell to call ${listNames(tools)}.`)}
---

# ${name}

${about}

## How to call

    ${command} call <tool> '<one JSON object>'

- Put the JSON in single quotes. For long text or text with quotes, send it on stdin instead: \`${command} call <tool> - < params.json\`.
- The answer is one line of JSON on stdout. \`"success":true\` comes with the fields that the tool returns; \`"success":false\` comes with \`error\`, \`code\`, \`retryable\`, \`outcome\` and often \`hint\`. The text on stderr is for people.
- After a failure, \`"outcome":"none"\` means that the call had no effect; \`"applied"\` that it had its effect; \`"unknown"\` that it may have had its effect, so check before you call again. Repeat the same call only when \`"retryable":true\`.
- To make a repetition safe, give the call a key that no other call uses: \`${command} --idempotency-key <key> call <tool> …\`. The same call with the same key takes effect once.
- An absent value is a success (\`"found":false\`), not a failure.
- For many calls at once, write one \`{"tool":…,"params":…}\` per line to the stdin of \`${command} batch\`.

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
    lines.push(`- \`${field}\` (${notes(inputSchema, field, schema)})${descriptionOf(schema)}`);
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
    ([field, schema]) => `\`${field}\`${descriptionOf(schema, ' (', ')')}`,
  );
  return fields.join(', ') || 'no fields';
}

function descriptionOf({ description }: JsonSchema, before = ': ', after = ''): string {
  return typeof description === 'string' ? `${before}${oneLine(description)}${after}` : '';
}

function codesOf(exit: number): string[] {
  return (Object.keys(CODES) as Code[]).filter((code) => CODES[code].exit === exit);
}

/** Returns the names of the first tools, in at most 600 characters. The description of a skill must be short. */
function listNames(tools: readonly Tool[]): string {
  const names = tools.map(({ name }) => name);
  let shown = names.length;
  while (shown > 1 && names.slice(0, shown).join(', ').length > 600) shown--;
  const more = names.length - shown;
  return `${names.slice(0, shown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Converts a name to the form that skills require: at most 64 lower-case letters, digits and hyphens. */
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

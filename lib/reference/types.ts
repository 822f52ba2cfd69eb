import type { Tool } from '../contract/manifest.ts';
import { objectType } from './schema-type.ts';

/**
 * Renders TypeScript source with three types for each tool: for example `CacheGetInput` (the parameters of a caller),
 * `CacheGetParameters` (the same with defaults filled in) and `CacheGetResult`. A last type, named `mapName`, maps the
 * names of the tools to these types.
 */
export function renderTypes(tools: readonly Tool[], mapName = 'Tools'): string {
  const rows = tools.map(({ name }) => {
    const type = typeName(name);
    return `  ${JSON.stringify(name)}: { input: ${type}Input; parameters: ${type}Parameters; result: ${type}Result };\n`;
  });
  return `${tools.map(renderTool).join('\n')}
/** Every tool by its name. */
export type ${mapName} = {
${rows.join('')}};
`;
}

function renderTool({ name, description, inputSchema, outputSchema }: Tool): string {
  const type = typeName(name);
  const summary = description.replaceAll('*/', '*\\/').replaceAll('\n', '\n * ');
  return `/** ${name}: ${summary} */
export type ${type}Input = ${objectType(inputSchema, 'input')};
export type ${type}Parameters = ${objectType(inputSchema, 'checked')};
export type ${type}Result = ${outputSchema ? objectType(outputSchema, 'checked') : 'Record<string, unknown>'};
`;
}

function typeName(tool: string): string {
  const name = tool.replaceAll(/(?:^|[^A-Za-z0-9]+)([A-Za-z0-9])/g, (_, first: string) =>
    first.toUpperCase(),
  );
  return /^[A-Za-z]/.test(name) ? name : `Tool${name}`;
}

import type { Define } from '../command.ts';
import { renderSchemaFile } from '../../run/manifests.ts';

/** `gantz schema`: prints the JSON Schema of gantz.yaml, for editors. */
export const define: Define = (command, { process }) => {
  command.action(async () => void process.stdout.write(await renderSchemaFile()));
};

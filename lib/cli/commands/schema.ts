import type { Define } from '../command.ts';
import { renderSchema } from '../../manifest/schema.ts';

/** `gantz schema`: the JSON Schema of gantz.yaml, for editors. */
export const define: Define = (command, { process }) => {
  command.action(() => void process.stdout.write(`${JSON.stringify(renderSchema(), null, 2)}\n`));
};

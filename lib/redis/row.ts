import type { Call } from '../call.ts';
import type { BundledTools } from '../generated/tools.ts';
import type { Redis } from './redis.ts';

/** One operation of tools/: gives the result of checked parameters, or throws. */
type Row<Tool extends { parameters: unknown; result: unknown }> = (
  redis: Redis,
  params: Tool['parameters'],
  call: Call,
) => Promise<Tool['result']>;

/** The table of a group: a row for each tool of gantz.yaml whose name begins with the group's, and no other. */
export type Group<Name extends string> = {
  [Tool in keyof BundledTools as Tool extends `${Name}_${infer Operation}` ? Operation : never]: Row<
    BundledTools[Tool]
  >;
};

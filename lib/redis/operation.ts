import type { Call } from '../contract/call.ts';
import type { BundledTools } from '../generated/tools.ts';
import type { Redis } from './redis.ts';

/** One operation of tools/: takes checked parameters, and returns the result or throws. */
type OperationOf<Tool extends { parameters: unknown; result: unknown }> = (
  redis: Redis,
  params: Tool['parameters'],
  call: Call,
) => Promise<Tool['result']>;

/**
 * The table of a group. It has exactly one operation for each tool of gantz.yaml that is named `<group>_<operation>`.
 */
export type Group<Name extends string> = {
  [Tool in keyof BundledTools as Tool extends `${Name}_${infer Suffix}` ? Suffix : never]: OperationOf<
    BundledTools[Tool]
  >;
};

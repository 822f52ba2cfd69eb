import type { ArrayForm } from './members.ts';

/** The data of an `http` action: one HTTP request with its placeholders. */
export type HttpAction = {
  kind: 'http';
  method: string;
  url: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  /** The form of an array in the query and in a form body; `repeat` when absent. */
  arrays?: ArrayForm;
  /** Text is sent as it is, any other value as JSON. */
  body?: unknown;
  /** A path such as `data.items[0].name`. It selects the part of the JSON response that is the result. */
  extractJson?: string;
};

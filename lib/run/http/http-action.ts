/** An HTTP request. */
export type HttpAction = {
  kind: 'http';
  method: string;
  url: string;
  headers: Record<string, string>;
  query: Record<string, string>;
  /** Text as it is; anything else is sent as JSON. */
  body?: unknown;
  /** A path such as `data.items[0].name` into the JSON answer. */
  extractJson?: string;
};

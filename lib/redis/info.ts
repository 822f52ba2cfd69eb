/** The reply of INFO. */
export type Info = {
  /** The fields by their names. */
  fields: ReadonlyMap<string, string>;
  engine: { server: 'redis' | 'valkey'; version: string };
};

/** Parses the reply of INFO, of all sections or some. */
export function parseInfo(text: string): Info {
  const lines = text.split(/\r?\n/).filter((line) => line.includes(':'));
  const fields = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)] as const),
  );
  const valkey = fields.get('valkey_version');
  return {
    fields,
    engine: {
      server: valkey === undefined ? 'redis' : 'valkey',
      version: valkey ?? fields.get('redis_version') ?? 'unknown',
    },
  };
}

/** A setting that a client asks its user for when it installs the MCP server. */
export type Setting = {
  /** The name in the bundle. */
  name: string;
  /** The environment variable that carries it. */
  variable: string;
  type: 'string' | 'boolean';
  title: string;
  description: string;
  default: string | boolean;
  /** Clients hide what is typed, and store it safely. */
  sensitive?: true;
};

/** The settings of the server in server.json and in the bundle. */
export const SETTINGS: readonly Setting[] = [
  {
    name: 'redis_url',
    variable: 'REDIS_URL',
    type: 'string',
    title: 'Redis',
    description:
      'The URL of a Redis or Valkey server: redis://, rediss:// or unix://. With embedded: gantz starts redis-server itself',
    default: 'embedded:',
    sensitive: true,
  },
  {
    name: 'manifest',
    variable: 'GANTZ_CONFIG',
    type: 'string',
    title: 'Manifest',
    description: 'The absolute path of a gantz.yaml with your tools; builtin:redis for the Redis tools',
    default: 'builtin:redis',
  },
  {
    name: 'read_only',
    variable: 'GANTZ_READ_ONLY',
    type: 'boolean',
    title: 'Read only',
    description: 'Offer only tools that change nothing',
    default: false,
  },
];

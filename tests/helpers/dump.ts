/** What a dump needs of a client. */
type Asked = { sendCommand(args: string[]): Promise<unknown> };

/** Everything that a server holds: each key's serialised value, and whether it lives for ever. */
export async function dump(client: Asked): Promise<Record<string, string>> {
  const keys = (await client.sendCommand(['KEYS', '*'])) as string[];
  const entries: [string, string][] = [];
  for (const key of keys.sort()) {
    const value = String(await client.sendCommand(['DUMP', key]));
    const forEver = (await client.sendCommand(['PTTL', key])) === -1;
    entries.push([key, `${forEver ? 'for ever' : 'for a time'} ${value}`]);
  }
  return Object.fromEntries(entries);
}

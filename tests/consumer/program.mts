import { GantzError, openGantz, type Code, type ToolDefinition } from 'gantz';

type Own = { greet: { input: { name: string }; result: { message: string } } };

export async function program(redisUrl: string): Promise<string> {
  await using gantz = await openGantz({ manifest: 'builtin:redis', redisUrl, namespace: 'consumer' });

  const { ttl, stored } = await gantz.call('cache_set', { key: 'greeting', value: { hello: ['world'] } });
  const seconds: number | null = ttl;
  const { value, found } = await gantz.call('cache_get', { key: 'greeting' });
  const isThere: boolean = found;
  const page = await gantz.call('cache_keys');
  const names: string[] = page.keys;
  const anything: Record<string, unknown> = await gantz.call('cache_exists' as string, { key: 'greeting' });
  const tool: ToolDefinition | undefined = gantz.tools[0];

  // @ts-expect-error the value is any JSON value, not a string
  const text: string = value;
  // @ts-expect-error nothing of this name is in the result
  void (await gantz.call('cache_get', { key: 'greeting' })).length;

  let code: Code | undefined;
  try {
    // @ts-expect-error a key is a string, and required
    await gantz.call('cache_get', { kye: 1 });
  } catch (error) {
    if (!(error instanceof GantzError)) throw error;
    code = error.code;
    const { success, outcome } = error.envelope;
    if (success || outcome !== 'none' || error.details?.length !== 2) throw error;
  }
  return JSON.stringify({ seconds, stored, text, isThere, names, anything, tool: tool?.name, code });
}

export async function typesOfOwn(): Promise<string> {
  const gantz = await openGantz<Own>();
  // @ts-expect-error greet takes a name
  const call = () => gantz.call('greet');
  await gantz.close();
  const { message } = await gantz.call('greet', { name: 'Ada' });
  return message + String(call);
}

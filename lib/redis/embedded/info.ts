import type { Deadline } from '../../contract/deadline.ts';
import { parseInfo, type Info } from '../info.ts';
import type { EmbeddedPaths } from './paths.ts';
import { sendCommand } from './send-command.ts';

/** Returns the reply of INFO; undefined when no server listens. Throws TIMEOUT when the server does not reply. */
export async function readInfo({ socketPath }: EmbeddedPaths, deadline: Deadline): Promise<Info | undefined> {
  try {
    return parseInfo(await sendCommand(socketPath, 'INFO', Math.max(1, deadline.remainingMs())));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ETIMEDOUT')
      throw deadline.error('Connecting to the embedded Redis');
    return undefined;
  }
}

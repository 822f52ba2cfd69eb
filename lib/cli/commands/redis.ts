import { Deadline } from '../../deadline.ts';
import type { Define } from '../command.ts';
import { embeddedStatus, stopEmbedded } from '../../redis/embedded/status.ts';
import { answer } from '../../contract/print.ts';

const TIMEOUT_MS = 10_000;

/** `gantz redis status|stop`: the embedded server of this user, whatever REDIS_URL says. */
export const define: Define = (command, { process, options, startedAt }) => {
  const asked = (): { env: typeof process.env; deadline: Deadline } => {
    const { timeoutMs } = options;
    const deadline = new Deadline({
      budgetMs: timeoutMs ?? TIMEOUT_MS,
      startedAt,
      fixed: timeoutMs !== undefined,
    });
    return { env: process.env, deadline };
  };
  command.usage('<status|stop>');
  command
    .command('status')
    .description('show whether it runs, where, and its data')
    .copyInheritedSettings(command)
    .action(async () => answer(process, await embeddedStatus(asked())));
  command
    .command('stop')
    .description('end it; its data stay')
    .copyInheritedSettings(command)
    .action(async () => answer(process, await stopEmbedded(asked())));
};

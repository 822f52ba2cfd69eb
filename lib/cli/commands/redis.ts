import { printSuccess } from '../../contract/print.ts';
import { embeddedStatus, stopEmbedded } from '../../redis/embedded/status.ts';
import type { Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

/** `gantz redis status|stop`: the embedded server of this user, whatever REDIS_URL says. */
export const define: Define = (command, context) => {
  const { process } = context;
  // Made in the action, because options after the command's name are parsed only then.
  const embedded = () => ({ env: process.env, deadline: commandDeadline(context) });
  command.usage('<status|stop>');
  command
    .command('status')
    .description('show whether it runs, where, and its data')
    .copyInheritedSettings(command)
    .action(async () => printSuccess(process, await embeddedStatus(embedded())));
  command
    .command('stop')
    .description('end it; its data stay')
    .copyInheritedSettings(command)
    .action(async () => printSuccess(process, await stopEmbedded(embedded())));
};

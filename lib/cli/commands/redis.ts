import { printSuccess } from '../../contract/print.ts';
import { embeddedStatus, stopEmbedded } from '../../redis/embedded/status.ts';
import type { Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

/** `gantz redis status|stop`: shows or stops the embedded server of this user. Ignores REDIS_URL. */
export const define: Define = (command, context) => {
  const { process } = context;
  // A function, because the options after the name of the command are parsed before the action, not here.
  const embedded = () => ({ env: process.env, deadline: commandDeadline(context) });
  command.usage('<status|stop>');
  command
    .command('status')
    .description('show if the server runs, its address and its data folder')
    .copyInheritedSettings(command)
    .action(async () => printSuccess(process, await embeddedStatus(embedded())));
  command
    .command('stop')
    .description('stop the server; its data are kept')
    .option('--force', 'stop it also when it cannot write its data, which loses acknowledged writes')
    .copyInheritedSettings(command)
    .action(async ({ force = false }: { force?: boolean }) =>
      printSuccess(process, await stopEmbedded({ ...embedded(), force })),
    );
};

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import { embeddedPaths, type EmbeddedPaths } from '../../lib/redis/embedded/paths.ts';
import { stopEmbedded } from '../../lib/redis/embedded/status.ts';
import { openRedis } from '../../lib/redis/open.ts';

/** The server binary of the tests. */
export const SERVER_BINARY = process.env['GANTZ_REDIS_SERVER'] ?? 'redis-server';

/** The embedded server of one test, in a folder of its own. */
export type Embedded = {
  /** The environment of its callers. */
  readonly env: Record<string, string>;
  readonly paths: EmbeddedPaths;
  /** Sends a command as a new process would, and starts the server when it does not run. */
  send(...command: string[]): Promise<unknown>;
  stop(options?: { force?: boolean }): Promise<{ stopped: boolean }>;
  /** Makes a shell script the server binary. */
  useScript(lines: readonly string[]): void;
};

/** Gives each test of this file an embedded server, which is stopped after the test. */
export function useEmbedded(): Embedded {
  let env: Record<string, string> = {};
  const deadline = (): Deadline => new Deadline({ budgetMs: 60_000 });
  beforeEach(() => {
    env = {
      PATH: process.env['PATH'] ?? '',
      XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'gantz-embedded-')),
      GANTZ_REDIS_SERVER: SERVER_BINARY,
      GANTZ_CONFIG: 'builtin:redis',
    };
  });
  afterEach(async () => {
    await stopEmbedded({ env, deadline: deadline(), force: true });
    rmSync(env['XDG_STATE_HOME'] ?? '', { recursive: true, force: true });
  });
  return {
    get env() {
      return env;
    },
    get paths() {
      return embeddedPaths(env);
    },
    async send(...command) {
      const redis = openRedis({ url: 'embedded:', env, mode: 'one-shot', notice: () => undefined });
      try {
        return await redis.use({ deadline: deadline() }, ({ client }) => client.sendCommand(command));
      } finally {
        await redis.close();
      }
    },
    stop: ({ force = false } = {}) => stopEmbedded({ env, deadline: deadline(), force }),
    useScript(lines) {
      const path = join(env['XDG_STATE_HOME'] ?? '', 'server-script');
      writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
      chmodSync(path, 0o700);
      env['GANTZ_REDIS_SERVER'] = path;
    },
  };
}

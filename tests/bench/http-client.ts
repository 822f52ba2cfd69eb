import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import type { Command } from './process.ts';

type Options = { env: Readonly<Record<string, string>>; cwd: string };

/** Starts a server that says on stderr where it listens. */
export async function startHttp(
  [file, ...words]: Command,
  { env, cwd }: Options,
): Promise<{ url: string; stop: () => void }> {
  const child = spawn(file, words, { env, cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = /http:\/\/[\w.:[\]]+/.exec(text)?.[0];
      if (found) resolve(found);
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`it did not start: ${text}`)));
  });
  return { url, stop: () => void child.kill() };
}

/** POSTs the same parameters over 32 connections that stay open. */
export async function requestsPerSecond(url: string, path: string, params: object): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 32 });
  const body = JSON.stringify(params);
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const post = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${path}`, { method: 'POST', agent, headers }, (response) => {
        response.resume().on('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`status ${response.statusCode ?? 0}`));
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  const calls = 3000;
  let left = calls;
  const begun = performance.now();
  const work = async (): Promise<void> => {
    while (left-- > 0) await post();
  };
  await Promise.all(Array.from({ length: 32 }, work));
  agent.destroy();
  return (calls / (performance.now() - begun)) * 1000;
}

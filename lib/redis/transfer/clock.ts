import type { Commands } from '../commands.ts';
import { sendForBytes } from './read-key.ts';

const ATTEMPTS = 20;

/**
 * Reads a reply that counts from the time of the server (idle times, times to live), and that time in Unix milliseconds. It reads
 * both again until the clock is the same before and after the reply. After 20 attempts, the time may be some milliseconds late.
 */
export async function readWithTime<T>(
  server: Commands,
  read: () => Promise<T>,
): Promise<{ reply: T; nowMs: number }> {
  for (let attempt = 1; ; attempt++) {
    const [before, reply, after] = await Promise.all([
      sendForBytes(server, ['TIME']),
      read(),
      sendForBytes(server, ['TIME']),
    ]);
    const nowMs = parseTime(after);
    if (parseTime(before) === nowMs || attempt === ATTEMPTS) return { reply, nowMs };
  }
}

/** Parses the reply of TIME, and returns Unix milliseconds. */
export function parseTime(reply: unknown): number {
  const [seconds, microseconds] = (reply as [Buffer, Buffer]).map(Number);
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

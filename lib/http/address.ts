import { hostname } from 'node:os';
import { isIP } from 'node:net';

/** True for a host that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const name = unbracket(host.toLowerCase());
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * The names that a request may call a server by. A web page whose own name was made to point here (DNS rebinding) calls it
 * by that name: on the loopback only the names of the loopback are right, elsewhere addresses, the machine's name and
 * what `allowed` adds.
 */
export function hostCheck(host: string, allowed: readonly string[]): (name: string) => boolean {
  const names = new Set([host, ...allowed].map((name) => unbracket(name.toLowerCase())));
  if (!isLoopback(host)) names.add(hostname().toLowerCase());
  return (name) => {
    const plain = unbracket(name.toLowerCase());
    return names.has(plain) || isLoopback(plain) || (!isLoopback(host) && isIP(plain) !== 0);
  };
}

/** The name in a Host header, without its port; undefined when the header is not valid. */
export function nameOfHost(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i.exec(header)?.[1];
}

/** The name in an Origin header; undefined for `null` and for an origin that is not http or https. */
export function nameOfOrigin(header: string): string | undefined {
  return /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i.exec(header)?.[1];
}

/** `http://127.0.0.1:3000`, with the brackets of IPv6. */
export function urlOf(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

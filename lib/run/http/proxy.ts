import { BlockList, isIP } from 'node:net';
import { GantzError } from '../../contract/errors.ts';
import type { Environment } from '../../contract/process.ts';

/** A proxy, and the environment variable that names it. */
export type Proxy = { url: URL; variable: string };

/**
 * Returns the proxy for a URL: the one of `HTTP_PROXY` or `HTTPS_PROXY`, by the scheme of the URL. The names may be in
 * lower case, which comes first. Returns undefined for the hosts of `NO_PROXY` and always for loopback addresses. Throws
 * NOT_RUNNABLE for a proxy that is not an http URL.
 */
export function proxyFor(url: URL, environment: Environment): Proxy | undefined {
  const variable = variableOf(url, environment);
  if (variable === undefined || isDirect(url, environment)) return undefined;
  const text = environment[variable]?.trim() ?? '';
  const whole = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(whole) ? new URL(whole) : undefined;
  if (proxy?.protocol === 'http:') return { url: proxy, variable };
  throw new GantzError('NOT_RUNNABLE', `${variable} is not an http:// URL`, {
    hint: 'Write a URL such as http://proxy.example.com:3128, or list the host in NO_PROXY.',
  });
}

/** Returns the header Proxy-Authorization for the user and password of a proxy. */
export function proxyAuthorization({ url: { username, password } }: Proxy): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = `${decode(username)}:${decode(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** Returns the percent-decoded text, or the text itself when it is not percent-encoded. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function variableOf({ protocol }: URL, environment: Environment): string | undefined {
  const lower = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  // A CGI server sets HTTP_PROXY from the header Proxy of a request (https://httpoxy.org).
  const isCgi = environment['REQUEST_METHOD'] !== undefined;
  const names = lower === 'http_proxy' && isCgi ? [lower] : [lower, lower.toUpperCase()];
  return names.find((name) => (environment[name]?.trim() ?? '') !== '');
}

function isDirect({ hostname, port, protocol }: URL, environment: Environment): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  if (isLoopback(host)) return true;
  const list = environment['no_proxy']?.trim() || environment['NO_PROXY'] || '';
  const realPort = port || (protocol === 'https:' ? '443' : '80');
  return list.split(/[\s,]+/).some((entry) => entry !== '' && matches(entry.toLowerCase(), host, realPort));
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isIn(LOOPBACK, host);
}

/** Returns true when an entry of NO_PROXY names the host: `*`, a domain, an address or a subnet, each also with a port. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const [, name = '', entryPort] = /^(\[[^\]]*\]|[^:]*):(\d+)$/.exec(entry) ?? [undefined, entry];
  if (entryPort !== undefined && entryPort !== port) return false;
  const [address = '', bits] = name.replace(/^\[|\]$/g, '').split('/');
  const family = isIP(address);
  if (family !== 0) return isIn(subnetOf(address, family, bits), host);
  const domain = address.replace(/^\*?\./, '').replace(/\.$/, '');
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`));
}

function subnetOf(address: string, family: number, bits: string | undefined): BlockList {
  const list = new BlockList();
  const most = family === 6 ? 128 : 32;
  const prefix = bits === undefined ? most : Number(bits);
  if (Number.isInteger(prefix) && prefix >= 0 && prefix <= most) {
    list.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}

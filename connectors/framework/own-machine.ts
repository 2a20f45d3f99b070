import { isIP } from 'node:net';

/** What goes to such a host stays on this machine. `host` as in a URL or a connector's configuration; IPv6 with brackets or without. */
export function isOwnMachine(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'));
}

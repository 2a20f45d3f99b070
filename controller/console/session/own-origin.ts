import type { IncomingMessage } from 'node:http';

/** Whether the connection, or what stands in front as `console.url` says, is TLS. */
export function isSecure(message: IncomingMessage, publicUrl: URL | undefined): boolean {
  return 'encrypted' in message.socket || publicUrl?.protocol === 'https:';
}

/**
 * Whether a request with a session cookie comes from a page of this origin. Browsers say so in `Sec-Fetch-Site`, and in
 * `Origin` with everything but plain reads; a program that says neither cannot be led by another site's page.
 * https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
 */
export function isOwnOrigin(message: IncomingMessage, publicUrl: URL | undefined): boolean {
  const { origin, host } = message.headers;
  const site = message.headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  if (origin === undefined) return true;
  if (origin === publicUrl?.origin) return true;
  const given = URL.canParse(origin) ? new URL(origin) : undefined;
  if (given === undefined || host === undefined || given.host !== host.toLowerCase()) return false;
  // A proxy may do TLS in front of us; we never do it behind a page that has none.
  return given.protocol === 'https:' || !('encrypted' in message.socket);
}

import type { IncomingMessage } from 'node:http';

/** The one subprotocol there is (protocol section 1.2). */
export const SUBPROTOCOL = 'v1.openicf.forgerock.org';

/** The subprotocols a request offers, repetitions included. */
export function offeredSubprotocols(request: IncomingMessage): string[] {
  return (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim()).filter((name) => name !== '');
}

/**
 * A Java dialler names its subprotocol twice, in two headers; Node joins them, and ws refuses the repetition with 400.
 * Takes repetitions out before ws looks (hazard 1).
 */
export function withoutRepeatedSubprotocols(request: IncomingMessage): void {
  const names = new Set(offeredSubprotocols(request));
  if (names.size === 0) delete request.headers['sec-websocket-protocol'];
  else request.headers['sec-websocket-protocol'] = [...names].join(', ');
}

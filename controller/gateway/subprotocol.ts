import type { IncomingMessage } from 'node:http';

/**
 * The Java dialler names its subprotocol twice, in two headers; Node joins them, and ws refuses the repetition with 400.
 * Takes repetitions out before ws looks (hazard 1).
 */
export function withoutRepeatedSubprotocols(request: IncomingMessage): void {
  const header = request.headers['sec-websocket-protocol'];
  if (header === undefined) return;
  const names = new Set(header.split(',').map((name) => name.trim()).filter((name) => name !== ''));
  if (names.size === 0) delete request.headers['sec-websocket-protocol'];
  else request.headers['sec-websocket-protocol'] = [...names].join(', ');
}

/** Where one socket to the controller stands. */
export type SessionState =
  | 'idle'         // created, nothing opened yet
  | 'dialing'      // TCP, TLS and WebSocket upgrade under way
  | 'handshaking'  // socket open; requests are refused until both handshakes are in
  | 'serving'      // requests flow
  | 'draining'     // no new frames leave by this socket; those under way may finish
  | 'waiting'      // backing off before the next dial
  | 'stopped';     // final

const moves: Readonly<Record<SessionState, readonly SessionState[]>> = {
  idle: ['dialing', 'stopped'],
  dialing: ['handshaking', 'waiting', 'stopped'],
  handshaking: ['serving', 'waiting', 'stopped'],
  serving: ['draining', 'waiting', 'stopped'],
  draining: ['waiting', 'stopped'],
  waiting: ['dialing', 'stopped'],
  stopped: [],
};

/** Throws on a move the table does not know: a bug of ours, never the peer's doing. */
export function checkMove(from: SessionState, to: SessionState): void {
  if (!moves[from].includes(to)) throw new Error(`A session cannot go from ${from} to ${to}.`);
}

/** The session: handshake, connection groups, requests and streams over sockets somebody else opened. See README.md. */
export type * from './contract.js';
export { systemClock } from './clock.js';
export { DEFAULT_LIMITS } from './limits.js';
export { createPeer } from './peer.js';

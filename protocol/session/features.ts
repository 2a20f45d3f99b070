import { CREDITS } from './credits.js';

/** Answers wait for a socket instead of being lost with the last one, so requests under way survive a short absence. */
export const RESEND = 'resend';
/** Operation ids travel with requests. */
export const OPERATION_ID = 'operation-id';

/** A control request for CONTEXT_INFO means that the sender's connectors have changed and may be asked for again. */
export const CONNECTORS_CHANGED = 'connectors-changed';

/** What this implementation offers in its handshake; used only where the peer offers it too. A Java peer offers nothing. */
export const OFFERED: readonly string[] = [CREDITS, RESEND, OPERATION_ID, CONNECTORS_CHANGED];

export function commonFeatures(offeredByPeer: readonly string[]): ReadonlySet<string> {
  return new Set(OFFERED.filter((feature) => offeredByPeer.includes(feature)));
}

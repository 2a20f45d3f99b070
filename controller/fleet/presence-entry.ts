import { createHash } from 'node:crypto';
import { z } from 'zod';

const LARGEST_ENTRY = 8_192;
const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

const lease = z.object({
  node: name,
  /** Another one after each start. */
  incarnation: z.string().min(1).max(64),
  /** How often it has lost NATS and come back since. */
  epoch: z.number().int().min(0),
  /** Milliseconds: who writes nothing for so long is dead. */
  heartbeatInterval: z.number().int().min(100).max(120_000),
});
/** What a controller writes of itself, three times a heartbeat interval. */
export type ControllerLease = z.infer<typeof lease>;

const claim = z.object({
  node: name,
  incarnation: z.string().min(1).max(64),
  agent: z.string().min(1).max(512),
  /** The id of the agent's own process in the protocol's handshake: two controllers that both name it hold the same process. */
  session: z.string().min(1).max(256),
  /** The certificate it has shown, and the machine it says it runs on: to find one certificate in use at two controllers. */
  certificate: z.object({ fingerprint: z.string().max(64), serial: z.string().max(64) }).optional(),
  hostId: z.string().max(128).optional(),
  /** The group of its certificate. */
  certificateGroup: z.string().max(512).optional(),
  /** It has a socket now. */
  isUp: z.boolean(),
  isDraining: z.boolean(),
  /** The revision the claim was first written with; undefined in that first writing. */
  since: z.number().int().min(1).optional(),
});
/** What a controller writes of each process of an agent that is connected to it. */
export type AgentClaim = z.infer<typeof claim>;

export const encodeEntry = (entry: ControllerLease | AgentClaim): Uint8Array => Buffer.from(JSON.stringify(entry), 'utf8');

/** Throw what they throw for bytes that are no such entry, or one written under another controller's key. */
export function decodeLease(key: string, value: Uint8Array): ControllerLease {
  const entry = lease.parse(json(value));
  if (entry.node !== key) throw new TypeError(`the entry of ${key} names ${entry.node}`);
  return entry;
}

export function decodeClaim(key: string, value: Uint8Array): AgentClaim {
  const entry = claim.parse(json(value));
  if (claimKey(entry) !== key) throw new TypeError(`entry ${key} is another's`);
  return entry;
}

/** Ends in the controller's name, so that permissions of NATS keep others from writing it. */
export function claimKey({ node, agent, session }: Pick<AgentClaim, 'node' | 'agent' | 'session'>): string {
  return `${processOf({ agent, session })}.${node}`;
}

/** The same for every claim of one process of an agent. */
export function processOf({ agent, session }: Pick<AgentClaim, 'agent' | 'session'>): string {
  return createHash('sha256').update(`${agent}\0${session}`).digest('base64url').slice(0, 27);
}

function json(value: Uint8Array): unknown {
  if (value.length > LARGEST_ENTRY) throw new TypeError(`${value.length} bytes are too many`);
  return JSON.parse(Buffer.from(value).toString('utf8'));
}

import { z } from 'zod';

/**
 * What the register's file holds, one JSON object a line. Times are milliseconds since 1970; fingerprints SHA-256 of the
 * certificate's DER in lower-case hex; serial numbers as `serialText` writes them.
 */

const time = z.number().int().nonnegative();
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/);
const agent = z.string().min(1).max(63);

const token = z.strictObject({
  kind: z.literal('token'), at: time, id: z.string().min(8).max(64), secretHash: fingerprint, agent, group: z.string().max(255).optional(), expires: time,
  /** What becomes of the agent's other certificates once one that this token brought is in use. */
  others: z.enum(['kept', 'replaced']),
});

const issued = z.strictObject({
  kind: z.literal('issued'), at: time, fingerprint, serial: z.string().regex(/^[0-9A-F]+$/), issuer: fingerprint, agent, group: z.string().max(255).optional(),
  keyHash: fingerprint, notAfter: time, pem: z.string().max(16_384),
  /** Of the trust bundle in the same answer. */
  given: z.string().max(128),
  /** Enrolled: the token it was for. */
  token: z.string().optional(),
  /** Renewed: the certificate that asked. */
  predecessor: fingerprint.optional(),
  hostId: z.string().max(255).optional(),
});

/** Seen on a socket of the gateway; those it takes the place of are refused from `supersedesFrom` on. */
const proven = z.strictObject({ kind: z.literal('proven'), at: time, fingerprint, supersedesFrom: time });

/** The holder of the certificate has fetched the trust bundle of this revision. */
const trusts = z.strictObject({ kind: z.literal('trusts'), at: time, fingerprint, revision: z.string().max(128) });

const revokedAgent = z.strictObject({ kind: z.literal('revoked-agent'), at: time, agent });
/** Certificates from elsewhere and passwords of that name count again; revoked certificates stay revoked. */
const restoredAgent = z.strictObject({ kind: z.literal('restored-agent'), at: time, agent });
/** `issuer`: fingerprint of the authority's certificate; any authority without it. */
const revokedSerial = z.strictObject({ kind: z.literal('revoked-serial'), at: time, serial: z.string().regex(/^[0-9A-F]{1,64}$/), issuer: fingerprint.optional() });

/** What a token and a certificate had come to when the file was last rewritten. */
const keptToken = token.extend({ kind: z.literal('kept-token'), usedFor: fingerprint.optional(), isVoid: z.boolean() });
const keptCertificate = issued.extend({
  kind: z.literal('kept-certificate'), line: fingerprint, others: token.shape.others,
  provenAt: time.optional(), supersededFrom: time.optional(), revokedAt: time.optional(), revision: z.string().max(128).optional(),
});

const event = z.discriminatedUnion('kind', [token, issued, proven, trusts, revokedAgent, restoredAgent, revokedSerial, keptToken, keptCertificate]);

export type RegisterEvent = z.infer<typeof event>;
export type TokenEvent = z.infer<typeof token>;
export type IssuedEvent = z.infer<typeof issued>;
export type KeptTokenEvent = z.infer<typeof keptToken>;
export type KeptCertificateEvent = z.infer<typeof keptCertificate>;
export type RevokedSerialEvent = z.infer<typeof revokedSerial>;

/** Throws for a line that is none. */
export function parseEvent(line: string): RegisterEvent {
  return event.parse(JSON.parse(line));
}

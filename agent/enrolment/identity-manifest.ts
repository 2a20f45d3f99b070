import { z } from 'zod';

/** What `identity/manifest.json` holds: everything of an enrolled identity but its private keys, which lie beside it. */

const slotName = z.string().regex(/^[0-9a-f]{16}$/);
const pem = z.string().min(1).max(65_536);
const time = z.iso.datetime({ offset: true });

const issued = z.strictObject({
  /** The key is in `<slot>.key`. */
  slot: slotName,
  /** PEM chain, leaf first. */
  certificate: pem,
  renewAfter: time,
});

const next = z.strictObject({
  slot: slotName,
  /** PKCS #10 in PEM: asked with again, unchanged, until an answer has arrived. */
  request: pem,
  /** What it is asked with: the id of a one-time token, or `acme:` and a hash of what is ordered; undefined for a renewal. */
  token: z.string().min(1).max(64).optional(),
  /** URL of an ACME order that was begun with the request. */
  order: z.string().min(1).max(4096).optional(),
  /** Here once it has been issued; it takes the place of `current` once a controller has accepted it. */
  certificate: pem.optional(),
  renewAfter: time.optional(),
});

const manifest = z.strictObject({
  version: z.literal(1),
  /** Goes up by one with each change. */
  revision: z.number().int().min(1),
  /** Where it came from, and is renewed: an ACME server. Undefined: an enrolment listener, whose trust bundle is below. */
  source: z.literal('acme').optional(),
  /** Base URL of the enrolment listener; of an ACME server, its directory. */
  url: z.string().min(1).max(4096),
  agent: z.string().min(1).max(64).optional(),
  group: z.string().min(1).max(255).optional(),
  trust: z.strictObject({
    /** PEM bundle. */
    bundle: pem,
    revision: z.string().min(1).max(128),
  }).optional(),
  current: issued.optional(),
  next: next.optional(),
});

export type IdentityManifest = z.infer<typeof manifest>;
export type IssuedSlot = NonNullable<IdentityManifest['current']>;
export type NextSlot = NonNullable<IdentityManifest['next']>;
/** `next`, once its certificate is here. */
export type IssuedNextSlot = NextSlot & IssuedSlot;

/** Throws when the text is no manifest of ours. */
export function parseManifest(text: string): IdentityManifest {
  return manifest.parse(JSON.parse(text));
}

/** The slot a renewal has prepared, once its certificate is here. */
export function issuedNext({ next: slot }: IdentityManifest): IssuedNextSlot | undefined {
  return slot?.certificate === undefined || slot.renewAfter === undefined ? undefined : { ...slot, certificate: slot.certificate, renewAfter: slot.renewAfter };
}

/** Whether an enrolment was completed: there is something to show, and it is known whom to trust, or that `tls.ca` says it. */
export function isEnrolled(found: IdentityManifest | undefined): found is IdentityManifest {
  return found !== undefined && (found.trust !== undefined || found.source === 'acme');
}

import type { AgentConfig } from '../config/agent-config.js';
import type { DialIdentity } from '../transport/dial.js';

/** The enrolled identity as it lies on the disk. */
export interface ShownIdentity {
  /** PEM chain, leaf first. */
  readonly certificate: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** PEM of the authorities the controller named; undefined where enrolment left none. */
  readonly trust: string | undefined;
  /** ISO 8601. */
  readonly renewAfter: string;
  readonly isByAcme: boolean;
  readonly agent: string | undefined;
}

/**
 * Reads the certificate in use; never one that waits to be accepted, because showing that one would make the controller
 * refuse the old. Nothing is changed. Undefined for an agent that is not enrolled; rejects when the identity cannot be read.
 */
export async function readIdentity(config: Pick<AgentConfig, 'agent'>): Promise<ShownIdentity | undefined> {
  const [{ IdentityStore }, { identityDirectory }] = await Promise.all([import('../enrolment/identity-store.js'), import('../enrolment/enrolment-parts.js')]);
  const store = new IdentityStore(identityDirectory(config));
  const manifest = await store.read();
  const current = manifest?.current;
  if (current === undefined) return undefined;
  return {
    certificate: current.certificate, key: await store.readKey(current.slot), trust: manifest?.trust?.bundle, renewAfter: current.renewAfter,
    isByAcme: manifest?.source === 'acme', agent: manifest?.agent,
  };
}

/** For a dial of which nothing is to be remembered. */
export function dialIdentityOf({ certificate, key, trust }: ShownIdentity): DialIdentity {
  return { cert: certificate, key, ca: trust, proven: () => undefined, failed: () => undefined };
}

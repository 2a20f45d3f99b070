import type { CertificateRegister } from './certificate-register.js';
import type { CertificateRecord } from './register-state.js';

/** The register as people want to see it. */
export function listing(register: CertificateRegister, { all, json }: { readonly all: boolean; readonly json: boolean }): string {
  const now = Date.now();
  const { state } = register;
  const certificates = [...state.certificates.values()]
    .map((record) => ({ record, why: register.whyRefused(record) }))
    .filter(({ why }) => all || why === undefined)
    .sort((left, right) => (left.record.agent < right.record.agent ? -1 : left.record.agent > right.record.agent ? 1 : left.record.at - right.record.at))
    .map(({ record, why }) => entryOf(record, why));
  const tokens = [...state.tokens.values()].filter(({ usedFor, isVoid, expires }) => usedFor === undefined && !isVoid && expires > now)
    .map(({ id, agent, group, expires }) => ({ id, agent, group, expires: iso(expires) }));
  const revokedAgents = [...state.revokedAgents].map(([agent, at]) => ({ agent, since: iso(at) }));
  const revokedSerials = [...state.revokedSerials.values()].flat().map(({ serial, issuer, at }) => ({ serial, issuer, since: iso(at) }));
  if (json) return `${JSON.stringify({ certificates, tokens, revokedAgents, revokedSerials }, null, 2)}\n`;
  const lines = [
    ...certificates.map(({ agent, group, serial, state: standing, until }) => `${agent}${group === undefined ? '' : ` (${group})`}  ${serial}  ${standing}, until ${until}`),
    ...tokens.map(({ id, agent, expires }) => `${agent}  token ${id}, not used yet, until ${expires}`),
    ...revokedAgents.map(({ agent, since }) => `${agent}  name revoked since ${since}`),
    ...revokedSerials.map(({ serial, since }) => `serial ${serial}  revoked since ${since}`),
  ];
  return lines.length === 0 ? 'Nobody is enrolled, and no token is open.\n' : `${lines.join('\n')}\n`;
}

function entryOf(record: CertificateRecord, why: string | undefined): Entry {
  const { agent, group, serial, issuer, at, notAfter, provenAt, supersededFrom, hostId, revision } = record;
  return {
    agent, group, serial, issuer, hostId, trust: revision, issued: iso(at), until: iso(notAfter),
    state: why ?? (supersededFrom !== undefined ? `replaced, refused from ${iso(supersededFrom)}` : provenAt === undefined ? 'not used yet' : 'in use'),
  };
}

interface Entry {
  readonly agent: string;
  readonly group: string | undefined;
  readonly serial: string;
  /** Fingerprint of the authority. */
  readonly issuer: string;
  readonly hostId: string | undefined;
  /** Revision of the trust bundle its holder has. */
  readonly trust: string | undefined;
  readonly state: string;
  readonly issued: string;
  readonly until: string;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

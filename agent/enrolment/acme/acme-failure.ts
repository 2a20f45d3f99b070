import { printable } from '../../session/failure-policy.js';
import { EnrolmentRefused, EnrolmentUnreachable } from '../enrolment-client.js';

/** What an ACME server says is wrong (RFC 7807, RFC 8555 section 6.7). */
export interface AcmeProblem {
  readonly status: number;
  /** Its name behind `urn:ietf:params:acme:error:`; empty for another kind of answer. */
  readonly type: string;
  readonly detail: string;
  /** Milliseconds it asks us to stay away. */
  readonly waitAtLeast?: number | undefined;
}

/** What is being done, for messages. */
export type AcmeStep = 'account' | 'order' | 'validation' | 'certificate';

const PREFIX = 'urn:ietf:params:acme:error:';
/** The server's trouble, not ours: the same may be had later. */
const PASSES: ReadonlySet<string> = new Set(['serverInternal', 'badNonce', 'orderNotReady']);

const ADVICE: Readonly<Record<string, string>> = {
  accountDoesNotExist: 'there is no account for the key in acme/account.key of the state directory',
  externalAccountRequired: 'this authority takes known customers only: set enrolment.acme.externalAccount (kid and hmacKey)',
  userActionRequired: 'somebody has to act at the authority first, e.g. agree to new terms: see the detail',
  invalidContact: 'check enrolment.acme.contact',
  unsupportedContact: 'check enrolment.acme.contact',
  rejectedIdentifier: 'the authority does not issue for this name: check enrolment.acme.names',
  unsupportedIdentifier: 'the authority does not issue for names of this kind: check enrolment.acme.names',
  badCSR: 'it does not take the certificate request: check enrolment.acme.names and keyType',
  badPublicKey: 'it does not take the key: check enrolment.acme.keyType',
  caa: 'a CAA record of the domain forbids this authority to issue for it',
  connection: 'the authority could not connect to this agent for the challenge: name, address, port 80 (or what is forwarded to enrolment.acme.challenge.port) and firewall have to lead here',
  dns: 'the authority could not look the name up: check the DNS records',
  incorrectResponse: 'something else than this agent answered the challenge, or the DNS record had not spread yet (enrolment.acme.challenge.propagation)',
  unauthorized: 'the authority does not see that this agent has the name, or does not let the account do this',
};

const WHAT: Readonly<Record<AcmeStep, string>> = {
  account: 'refused the account', order: 'refused the order', validation: 'could not validate the challenge', certificate: 'refused to issue the certificate',
};

/** Reads a problem document; undefined when the body is none. */
export function problemOf(status: number, body: unknown, waitAtLeast: number | undefined): AcmeProblem | undefined {
  if (body === null || typeof body !== 'object') return undefined;
  const { type, detail } = body as { readonly type?: unknown; readonly detail?: unknown };
  if (typeof type !== 'string' && typeof detail !== 'string') return undefined;
  const name = typeof type === 'string' && type.startsWith(PREFIX) ? type.slice(PREFIX.length) : '';
  return { status, type: printable(name), detail: [typeof detail === 'string' ? detail : '', ...subproblems(body)].map(printable).filter((text) => text !== '').join('; '), waitAtLeast };
}

/** A compound problem names the identifiers it is about (RFC 8555 section 6.7.1). */
function subproblems(body: object): string[] {
  const { subproblems: all } = body as { readonly subproblems?: unknown };
  if (!Array.isArray(all)) return [];
  return all.slice(0, 5).map((each: { readonly detail?: unknown; readonly identifier?: { readonly value?: unknown } } | null) => {
    const name = each?.identifier?.value;
    return `${typeof name === 'string' ? `${name}: ` : ''}${typeof each?.detail === 'string' ? each.detail : ''}`;
  });
}

/** The error to throw for a problem. It names the step, the server's words, and what to do. */
export function acmeFailure(where: string, step: AcmeStep, problem: AcmeProblem, { hasExternalAccount = false } = {}): EnrolmentRefused | EnrolmentUnreachable {
  const { status, type, detail } = problem;
  const said = `${detail === '' ? '' : `: ${detail}`} (${type === '' ? `HTTP ${status}` : type})`;
  const later = whatPasses(problem);
  if (later !== undefined) return new EnrolmentUnreachable(`${where}: ${later.what}${said}${later.when}`, { waitAtLeast: problem.waitAtLeast, insists: true });
  const advice = adviceFor(step, type, hasExternalAccount);
  return new EnrolmentRefused(status, type === '' ? 'refused' : type, `${where}: the authority ${WHAT[step]}${said}${advice === undefined ? '' : `; ${advice}`}`);
}

function whatPasses({ status, type, waitAtLeast }: AcmeProblem): { readonly what: string; readonly when: string } | undefined {
  const when = waitAtLeast === undefined ? '' : `; not before ${Math.ceil(waitAtLeast / 1000)} seconds from now`;
  if (type === 'rateLimited' || status === 429) return { what: 'the authority limits how often it is asked', when };
  return PASSES.has(type) || status >= 500 ? { what: 'the authority has a problem of its own', when } : undefined;
}

/** What an account is refused for is mostly its binding, whatever the server calls it. */
function adviceFor(step: AcmeStep, type: string, hasExternalAccount: boolean): string | undefined {
  if (step !== 'account' || type === 'externalAccountRequired' || type.endsWith('Contact')) return ADVICE[type];
  if (hasExternalAccount) return 'check enrolment.acme.externalAccount: kid and hmacKey belong together, and to this authority';
  return type === 'unauthorized' ? 'the account was deactivated, or belongs to another key' : ADVICE[type];
}

import { checkCertificateRequest, type RequestedKey } from '../../certs/enrolment/certificate-request.js';
import { readEnrolRequest, readRenewRequest, type CertificateAnswer, type RefusalAnswer, type TrustAnswer } from '../../certs/enrolment/messages.js';
import { CertificateError } from '../../certs/certificate-error.js';
import type { ClientCertificate } from '../gateway/client-certificate.js';
import type { CertificateJudge } from './certificate-judge.js';
import type { CertificateRegister, Exchange } from './certificate-register.js';
import type { IdentityAudit } from './enrolment-audit.js';
import type { CertificateRecord } from './register-state.js';
import type { Signing } from './signing.js';

export type Answer =
  | { readonly status: 200; readonly body: CertificateAnswer | TrustAnswer }
  | { readonly status: 400 | 403 | 429; readonly body: RefusalAnswer };

export interface EnrolmentParts {
  readonly register: CertificateRegister;
  readonly judge: CertificateJudge;
  readonly signing: Signing;
  readonly audit: IdentityAudit;
}

/** The same for a token that never was, one that was used and one that has expired: which it is, is nobody's business. */
const UNKNOWN_TOKEN: Answer = refusal(403, 'unknown_token', 'The enrolment token is not known, was used before, or has expired. Make a new one with: causeway controller enrolment token');

/** What the listener does, apart from HTTP. */
export class EnrolmentRequests {
  readonly #parts: EnrolmentParts;

  constructor(parts: EnrolmentParts) {
    this.#parts = parts;
  }

  async enrol(body: unknown, from: string): Promise<Answer> {
    const { register, signing, audit } = this.#parts;
    const request = read(() => readEnrolRequest(body));
    if ('status' in request) return request;
    const token = await register.findToken(request.id, request.secret);
    if (token === undefined) {
      audit.record('token-refused', { from, token: request.id, hostId: request.hostId });
      return UNKNOWN_TOKEN;
    }
    const key = await this.#key(request.csr, { agent: token.agent, from });
    if ('status' in key) return key;
    const exchange = await register.redeem(token.id, await signing.issue(token.agent, token.group, key), request.hostId);
    const facts = { agent: token.agent, group: token.group, token: token.id, from, hostId: request.hostId };
    if ('record' in exchange) {
      audit.record(exchange.outcome === 'issued' ? 'enrolled' : 'answer-repeated', { ...facts, serial: exchange.record.serial });
      return this.#granted(exchange.record);
    }
    if (exchange.outcome === 'stolen') audit.record('token-stolen', facts);
    else audit.record('token-refused', { ...facts, reason: reasonOf(exchange) });
    return UNKNOWN_TOKEN;
  }

  /** `shown`: the client certificate of the connection, if it has one that is trusted. */
  async renew(shown: ClientCertificate | undefined, body: unknown, from: string): Promise<Answer> {
    const { register, signing, audit } = this.#parts;
    const refused = this.#refused(shown, from);
    if (refused !== undefined) return refused;
    const present = shown === undefined ? undefined : register.state.certificates.get(shown.fingerprint);
    if (present === undefined) {
      audit.record('renewal-refused', { agent: shown?.name, serial: shown?.serial, from, reason: 'it was not enrolled here' });
      return refusal(403, 'certificate_refused', 'This certificate was not given by enrolment and cannot be renewed here. Enrol the agent with a token.');
    }
    const request = read(() => readRenewRequest(body));
    if ('status' in request) return request;
    const key = await this.#key(request.csr, { agent: present.agent, from });
    if ('status' in key) return key;
    const exchange = await register.renew(present.fingerprint, await signing.issue(present.agent, present.group, key));
    const facts = { agent: present.agent, group: present.group, from };
    if ('record' in exchange) {
      audit.record(exchange.outcome === 'issued' ? 'renewed' : 'answer-repeated', { ...facts, serial: exchange.record.serial });
      return this.#granted(exchange.record);
    }
    audit.record('renewal-refused', { ...facts, serial: present.serial, reason: reasonOf(exchange) });
    return exchange.outcome === 'too-many'
      ? refusal(429, 'too_many_requests', 'This certificate was renewed too often within an hour. Try again later, with the key of the last attempt.')
      : refusal(403, 'certificate_refused', `The certificate cannot be renewed: ${reasonOf(exchange)}.`);
  }

  async trust(shown: ClientCertificate | undefined, from: string): Promise<Answer> {
    const { register, signing } = this.#parts;
    const refused = this.#refused(shown, from);
    if (refused !== undefined || shown === undefined) return refused ?? noCertificate();
    const { pem, revision } = signing.trust;
    await register.trusts(shown.fingerprint, revision);
    const record = register.state.certificates.get(shown.fingerprint);
    return { status: 200, body: { trust: pem, revision, ...(record === undefined ? {} : { renewAfter: this.#renewAfter(record) }) } };
  }

  #refused(shown: ClientCertificate | undefined, from: string): Answer | undefined {
    if (shown === undefined) return noCertificate();
    const judgement = this.#parts.judge.certificate(shown, { isNew: true });
    if (judgement.counts) return undefined;
    const event = judgement.fault === 'superseded' ? 'superseded-used' : 'renewal-refused';
    this.#parts.audit.record(event, { agent: shown.name, serial: shown.serial, from, reason: judgement.reason });
    return refusal(403, 'certificate_refused', `The client certificate does not count: ${judgement.reason}. Enrol the agent again with a new token.`);
  }

  async #key(csr: string, facts: { readonly agent: string; readonly from: string }): Promise<RequestedKey | Answer> {
    try {
      return await checkCertificateRequest(csr);
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      this.#parts.audit.record('request-refused', { ...facts, reason: error.message });
      return refusal(400, 'bad_certificate_request', error.message);
    }
  }

  #granted(record: CertificateRecord): Answer {
    const { pem: trust, revision } = this.#parts.signing.trust;
    const { agent, group, pem } = record;
    return { status: 200, body: { agent, ...(group === undefined ? {} : { group }), certificate: pem, trust, revision, renewAfter: this.#renewAfter(record) } };
  }

  /** Two thirds of the life; at once when another authority signs by now, so that the old one can go. */
  #renewAfter({ at, notAfter, issuer }: CertificateRecord): string {
    return new Date(issuer === this.#parts.signing.issuer ? at + (notAfter - at) * 2 / 3 : at).toISOString();
  }
}

function read<T>(reader: () => T): T | Answer {
  try {
    return reader();
  } catch (error) {
    if (error instanceof CertificateError) return refusal(400, 'bad_request', error.message);
    throw error;
  }
}

function reasonOf(exchange: Exchange): string {
  return exchange.outcome === 'refused' ? exchange.reason : exchange.outcome;
}

function noCertificate(): Answer {
  return refusal(403, 'certificate_refused', 'This needs the certificate of an agent as the client certificate, valid and signed by an authority that is trusted here.');
}

function refusal(status: 400 | 403 | 429, error: string, message: string): Answer {
  return { status, body: { error, message } };
}

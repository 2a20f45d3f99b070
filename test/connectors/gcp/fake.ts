import { createVerify, generateKeyPairSync } from 'node:crypto';
import gcp from '../../../connectors/catalog/gcp/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { holdPrivateKey } from '../../support/secret-values.js';
import type { TestedService } from '../../support/tested-service.js';
import type { ExchangeObserver } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { FakeUsers, googleError } from './users.js';

const TOKENS = '/token';
export const DOMAIN = 'example.com';
export const NOT_OF_THE_DIRECTORY = [{ on: `POST ${TOKENS}`, reason: 'tokens are another service\'s, which RFC 7523 describes' }];
const pair = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs8', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
export const PRIVATE_KEY = holdPrivateKey('key of the service account', pair.privateKey);

/** The users of a Google domain, for a service account with domain-wide delegation. */
export class FakeGoogle {
  readonly serviceAccount = 'causeway@project.iam.gserviceaccount.com';
  readonly adminUser = 'admin@example.com';
  readonly users = new FakeUsers(DOMAIN, () => this.service);
  /** Claims of the assertions that came. */
  readonly claims: Record<string, unknown>[] = [];
  service!: FakeService;

  static async start(observers: readonly ExchangeObserver[] = []): Promise<FakeGoogle> {
    const google = new FakeGoogle();
    google.service = await FakeService.start({
      observers, error: (status, message) => googleError(status, message), routes: google.users.routes(),
      credentials: { tokens: { path: TOKENS, clientId: '', clientSecret: '', assertion: (assertion) => google.#isGood(assertion) } },
    });
    return google;
  }

  get tokenEndpoint(): string {
    return `${this.service.origin}${TOKENS}`;
  }

  /** https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
  #isGood(assertion: string): boolean {
    const [header = '', body = '', signature = ''] = assertion.split('.');
    if (!createVerify('RSA-SHA256').update(`${header}.${body}`).verify(pair.publicKey, signature, 'base64url')) return false;
    const claims = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>;
    this.claims.push(claims);
    const { iss, sub, aud, scope, iat, exp } = claims;
    const lifetime = Number(exp) - Number(iat);
    return iss === this.serviceAccount && sub === this.adminUser && aud === this.tokenEndpoint && scope === 'https://www.googleapis.com/auth/admin.directory.user' && lifetime > 0 && lifetime <= 3_600;
  }
}

export function configuration(google: FakeGoogle, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    domainName: DOMAIN, privateKey: new GuardedString(PRIVATE_KEY), serviceAccount: google.serviceAccount, adminUser: google.adminUser,
    serviceAddress: google.service.address, tokenEndpoint: google.tokenEndpoint, ...changes,
  };
}

export function callerFor(google: FakeGoogle, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(gcp, configuration(google, changes));
}

export const GCP: TestedService<FakeGoogle> = { connector: gcp, contract: 'googleDirectory', exemptions: NOT_OF_THE_DIRECTORY, start: (observers) => FakeGoogle.start(observers), configuration };

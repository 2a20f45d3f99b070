import pingone from '../../../connectors/catalog/pingone/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { FakePingOne } from './fake.js';

export function configuration(fake: FakePingOne, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, environmentId: fake.environmentId, tokenEndpoint: `${fake.service.origin}/as/token`, clientId: fake.clientId,
    clientSecret: new GuardedString(fake.clientSecret), grantType: 'client_credentials', ...changes,
  };
}

export function callerFor(fake: FakePingOne, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(pingone, configuration(fake, changes));
}

/** Tokens are another API's (https://apidocs.pingidentity.com/pingone/platform/v1/api/#openid-connectoauth-2). */
export const EXEMPTIONS = [
  { on: 'POST /as/token', reason: 'tokens are none of the management API' },
  { on: 'GET /v1/roles', reason: 'the document wants a role to be of one schema alone, and those of built-in and custom roles both take it' },
];

import pingone from '../../../connectors/catalog/pingone/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakePingOne } from './fake.js';

export function configuration(fake: FakePingOne, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, environmentId: fake.environmentId, tokenEndpoint: `${fake.service.origin}/as/token`, clientId: fake.clientId,
    clientSecret: new GuardedString(fake.clientSecret), grantType: 'client_credentials', ...changes,
  };
}

export function callerFor(fake: FakePingOne, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(pingone, configuration(fake, changes));
}

export const PINGONE: TestedService<FakePingOne> = {
  connector: pingone, start: (observers) => FakePingOne.start(observers), configuration,
  contract: 'pingone',
  exemptions: [
    { on: 'POST /as/token', reason: 'tokens are none of the management API, see https://apidocs.pingidentity.com/pingone/platform/v1/api/#openid-connectoauth-2' },
    { on: 'GET /v1/roles', reason: 'the document wants a role to be of one schema alone, and those of built-in and custom roles both take it' },
  ],
};

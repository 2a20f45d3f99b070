import adobe from '../../../connectors/catalog/adobe-admin-console/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeAdobe } from './fake.js';

/** The properties the documentation calls the least there are with OAuth, for a fake, and rates that do not slow tests. */
export function configuration(fake: FakeAdobe, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, tokenEndpoint: `${fake.service.origin}/ims/token/v3`, orgId: fake.orgId, clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret),
    grantType: 'client_credentials', scope: 'openid, AdobeID, user_management_sdk', userReadRateLimit: '900/sec', groupReadRateLimit: '900/sec', writeRateLimit: '900/sec', ...changes,
  };
}

export function callerFor(fake: FakeAdobe, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(adobe, configuration(fake, changes));
}

export const ADOBE: TestedService<FakeAdobe> = { connector: adobe, start: (observers) => FakeAdobe.start(observers), configuration };

import salesforce from '../../../connectors/catalog/salesforce/index.js';
import { GuardedString, IcfArray, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeSalesforce } from './fake.js';

/** The configuration of the documentation, for a fake. */
export function configuration(fake: FakeSalesforce, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), refreshToken: new GuardedString(fake.refreshToken), loginUrl: `${fake.service.origin}/services/oauth2/token`,
    instanceUrl: fake.service.origin, supportedObjectTypes: new IcfArray('String', ['User', 'Contact']), ...changes,
  };
}

export function callerFor(fake: FakeSalesforce, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(salesforce, configuration(fake, changes));
}

export const SALESFORCE: TestedService<FakeSalesforce> = { connector: salesforce, start: (observers) => FakeSalesforce.start(observers), configuration };

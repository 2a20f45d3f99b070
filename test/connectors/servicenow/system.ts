import servicenow from '../../../connectors/catalog/servicenow/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeServiceNow } from './fake.js';

/** The configuration of the documentation, for a fake. */
export function configuration(fake: FakeServiceNow, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    instance: `${fake.service.origin}/`, username: fake.owner.username, password: new GuardedString(fake.owner.password), clientID: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), readSchema: false, ...changes,
  };
}

export function callerFor(fake: FakeServiceNow, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(servicenow, configuration(fake, changes));
}

export const SERVICENOW: TestedService<FakeServiceNow> = { connector: servicenow, start: () => FakeServiceNow.start(), configuration };

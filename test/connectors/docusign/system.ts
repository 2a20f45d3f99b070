import docusign from '../../../connectors/catalog/docusign/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { FakeDocuSign } from './fake.js';

export function configuration(fake: FakeDocuSign, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.origin, tokenEndpoint: `${fake.service.origin}/oauth/token`, clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret),
    account: fake.account, hourRateLimit: '100000', burstRateLimit: '900/sec', ...changes,
  };
}

export function callerFor(fake: FakeDocuSign, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(docusign, configuration(fake, changes));
}

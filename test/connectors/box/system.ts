import box from '../../../connectors/catalog/box/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeBox } from './fake.js';

/** The smallest configuration the documentation has, for a fake. */
export function configuration(fake: FakeBox, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, tokenEndpoint: `${fake.service.origin}/oauth2/token`, clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret),
    authenticationMethod: 'OAUTH', grantType: 'client_credentials', boxSubjectType: 'Enterprise', boxSubjectId: '42', rateLimit: '900/sec', useBasicAuthForOauthTokenNeg: false, ...changes,
  };
}

export function callerFor(fake: FakeBox, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(box, configuration(fake, changes));
}

export const BOX: TestedService<FakeBox> = { connector: box, contract: 'box', start: (observers) => FakeBox.start(observers), configuration };

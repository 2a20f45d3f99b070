import docusign from '../../../connectors/catalog/docusign/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { ACCOUNT_ID, FakeDocuSign } from './fake.js';

export function configuration(fake: FakeDocuSign, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.origin, tokenEndpoint: `${fake.service.origin}/oauth/token`, clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret),
    account: fake.account, hourRateLimit: '100000', burstRateLimit: '900/sec', ...changes,
  };
}

export function callerFor(fake: FakeDocuSign, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(docusign, configuration(fake, changes));
}

export const DOCUSIGN: TestedService<FakeDocuSign> = {
  connector: docusign, start: (observers) => FakeDocuSign.start(observers), configuration,
  contract: 'docusignSignature21',
  exemptions: [
    { on: `GET /restapi/v2.1/accounts/${ACCOUNT_ID}/contacts`, reason: 'the document has contacts by id only, though its answer has pages' },
    { on: 'POST /oauth/token', reason: 'another service' },
  ],
};

import dropbox from '../../../connectors/catalog/dropbox/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeDropbox } from './fake.js';

/** The smallest configuration the documentation has, for a fake. */
export function configuration(fake: FakeDropbox, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, tokenEndpoint: `${fake.service.origin}/oauth2/token`, refreshToken: new GuardedString(fake.refreshToken),
    clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), ...changes,
  };
}

export function callerFor(fake: FakeDropbox, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(dropbox, configuration(fake, changes));
}

export const DROPBOX: TestedService<FakeDropbox> = {
  connector: dropbox, start: (observers) => FakeDropbox.start(observers), configuration,
  contract: 'dropbox', exemptions: [{ on: 'POST /oauth2/token', reason: 'tokens are in no Stone definition; https://developers.dropbox.com/oauth-guide tells of them' }],
};

import webex from '../../../connectors/catalog/webex/index.js';
import { Attribute, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeWebex } from './fake.js';

/** The smallest configuration the documentation has, for a fake. */
export function configuration(fake: FakeWebex, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    serviceUri: fake.service.address, tokenEndpoint: `${fake.service.address}/access_token`, refreshToken: new GuardedString(fake.refreshToken),
    clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), readRateLimit: '900/sec', writeRateLimit: '900/sec', ...changes,
  };
}

export function callerFor(fake: FakeWebex, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(webex, configuration(fake, changes));
}

/** The least a new person has, and what else is said. */
export function person(email: string, more: Readonly<Record<string, IcfValue | readonly IcfValue[]>> = {}): Attribute[] {
  const all: Readonly<Record<string, IcfValue | readonly IcfValue[]>> = { emails: [email], displayName: 'John Doe', ...more };
  return Object.entries(all).map(([name, value]) => new Attribute(name, Array.isArray(value) ? value as readonly IcfValue[] : [value as IcfValue]));
}

export const WEBEX: TestedService<FakeWebex> = {
  connector: webex, start: (observers) => FakeWebex.start(observers), configuration,
  contract: 'webexAdmin', exemptions: [{ on: 'POST /v1/access_token', reason: 'tokens are in no document; https://developer.webex.com/docs/integrations tells of them' }],
};

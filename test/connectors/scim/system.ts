import scim from '../../../connectors/catalog/scim/index.js';
import { Attribute, GuardedString, OperationOptions, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeScim } from './fake.js';

/** The smallest configuration with OAuth. */
export function configuration(fake: FakeScim, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    SCIMEndpoint: fake.service.address, SCIMVersion: fake.settings.version, authenticationMethod: 'OAUTH', grantType: 'client_credentials',
    tokenEndpoint: `${fake.service.origin}/oauth2/token`, clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), ...changes,
  };
}

export function callerFor(fake: FakeScim, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(scim, configuration(fake, changes));
}

export const SCIM_1: TestedService<FakeScim> = { connector: scim, start: (observers) => FakeScim.start({ version: 1 }, observers), configuration };

export async function changeValues({ facade }: ConnectorCaller, updateType: 'ADD' | 'REMOVE', objectClass: string, uid: Uid, ...attributes: readonly Attribute[]): Promise<void> {
  await facade.perform({ kind: 'update', updateType, objectClass, uid, attributes, options: OperationOptions.none }, calling());
}

export const map = (entries: Readonly<Record<string, IcfValue>>): IcfValue => new Map<IcfValue, IcfValue>(Object.entries(entries));

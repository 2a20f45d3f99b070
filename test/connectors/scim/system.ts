import scim from '../../../connectors/catalog/scim/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OperationOptions, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import type { ContractTarget } from '../../contract/connector-contract.js';
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

/** What the contract suite does to a class, on whichever server. */
export type Samples = Pick<ContractTarget, 'objectClass' | 'sample' | 'change' | 'filters' | 'filterAttributes' | 'optional' | 'freeText'>;
export const USERS: Samples = {
  objectClass: ACCOUNT,
  sample: (index) => [new Name(`user${index}@example.com`), Attribute.of('displayName', `User ${index}`), Attribute.of('title', `title ${index % 3}`), Attribute.of('nickName', `70${index}`)],
  change: Attribute.of('title', 'changed'),
  filters: [{ kind: 'startsWith', attribute: Attribute.of('title', 'title 1') }, { kind: 'equals', attribute: new Name('user3@example.com') }, { kind: 'contains', attribute: Attribute.of('displayName', 'er 1') }],
  filterAttributes: ['title', 'nickName'],
  optional: ['nickName'],
  freeText: ['title'],
};

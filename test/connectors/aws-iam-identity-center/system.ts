import identityCenter from '../../../connectors/catalog/aws-iam-identity-center/index.js';
import { Attribute, GuardedString, Name, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { ContractWatch } from '../../vendor-contracts/contract-watch.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import { FakeIdentityCenter } from './fake.js';

/** The smallest configuration the documentation has, for a fake; without limits that would take time. */
export function configuration(fake: FakeIdentityCenter, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    accessKey: fake.accessKey, secretKey: new GuardedString(fake.secretKey), roleArn: fake.roleArn, roleSessionName: 'causeway', region: fake.region, identityStoreId: fake.storeId,
    readRateLimit: '900/sec', writeRateLimit: '900/sec', endpoint: fake.store.origin, stsEndpoint: fake.sts.origin, ...changes,
  };
}

export function callerFor(fake: FakeIdentityCenter, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(identityCenter, configuration(fake, changes));
}

/** A fake that AWS's own models watch. */
export interface WatchedFake {
  readonly fake: FakeIdentityCenter;
  readonly isChecking: boolean;
  /** Stops it. Throws where a model complained. */
  stop(): Promise<void>;
}

/** Of the identity store and of STS, by suite: they count for all its tests together. */
const watchesOf = new Map<string, Promise<readonly [ContractWatch, ContractWatch]>>();

async function newWatches(suite: string): Promise<readonly [ContractWatch, ContractWatch]> {
  const service = 'aws-iam-identity-center';
  return [await watchBy('identityStore', { service, suite }), await watchBy('sts', { service, suite: `${suite} - STS` })];
}

export async function watchedFake(suite: string): Promise<WatchedFake> {
  const found = watchesOf.get(suite) ?? newWatches(suite);
  watchesOf.set(suite, found);
  const watches = await found;
  const [store, sts] = watches;
  const fake = await FakeIdentityCenter.start({ store: [store], sts: [sts] });
  return {
    fake, isChecking: store.isChecking,
    stop: async () => {
      for (const watch of watches) watch.keep();
      await fake.stop();
      if (fake.complaints.length > 0) throw new Error(fake.complaints.slice(0, 5).join('\n'));
    },
  };
}

/** A user with what a user needs. */
export function person(name: string, ...more: readonly Attribute[]): Attribute[] {
  return [new Name(name), Attribute.of('displayName', `${name} Doe`), Attribute.of('name', new Map<IcfValue, IcfValue>([['givenName', name], ['familyName', 'Doe']])), ...more];
}

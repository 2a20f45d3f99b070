import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import googleApps from '../../../connectors/catalog/google-apps/index.js';
import { Attribute, GuardedString, IcfArray, Name, OPTION, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import { secret } from '../../support/secret-values.js';
import { watchBy } from '../../vendor-contracts/contracts.js';
import type { ContractWatch } from '../../vendor-contracts/contract-watch.js';
import { DOMAIN, FakeWorkspace, TOKENS } from './fake.js';

export const NOT_OF_THE_DIRECTORY = [{ on: `POST ${TOKENS}`, reason: 'tokens are another service\'s, which RFC 6749 describes' }];

export function configuration(workspace: FakeWorkspace, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return {
    domain: DOMAIN, clientId: workspace.clientId, clientSecret: new GuardedString(workspace.clientSecret), refreshToken: new GuardedString(workspace.refreshToken),
    directoryAddress: workspace.directory.address, licensingAddress: workspace.licensing.address, tokenEndpoint: `${workspace.directory.origin}${TOKENS}`, ...changes,
  };
}

export function callerFor(workspace: FakeWorkspace, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(googleApps, configuration(workspace, changes));
}

export const PASSWORD = secret('password of users of the workspace');
export const map = (fields: Record<string, IcfValue>): IcfValue => new Map(Object.entries(fields));
export const user = (name: string, givenName = 'Ana', familyName = 'Evans'): Attribute[] => [new Name(`${name}@example.com`), Attribute.of('__PASSWORD__', new GuardedString(PASSWORD)), Attribute.of('name', map({ givenName, familyName }))];
export const asking = (...names: string[]): Record<string, IcfValue> => ({ [OPTION.attributesToGet]: new IcfArray('String', names) });

/** A workspace and a caller for each test of a file, every exchange checked by Google's discovery documents. */
export interface Watched { workspace: FakeWorkspace; caller: ConnectorCaller }

export function watchedWorkspace(suite: string): Watched {
  const watched = {} as Watched;
  let watches: { readonly directory: ContractWatch; readonly licensing: ContractWatch };
  beforeAll(async () => {
    watches = {
      directory: await watchBy('googleDirectory', { service: 'google-apps', suite, exemptions: NOT_OF_THE_DIRECTORY }),
      licensing: await watchBy('googleLicensing', { service: 'google-apps', suite: `${suite}, licences` }),
    };
  });
  afterAll(() => Object.values(watches).filter(({ counts }) => counts.checked > 0).forEach((watch) => watch.keep()));
  beforeEach(async () => {
    watched.workspace = await FakeWorkspace.start({ directory: [watches.directory], licensing: [watches.licensing] });
    watched.caller = callerFor(watched.workspace);
  });
  afterEach(async () => {
    await watched.caller.dispose();
    await watched.workspace.stop();
    expect(watched.workspace.complaints).toEqual([]);
  });
  return watched;
}

import graph from '../../../connectors/catalog/ms-graph/index.js';
import { ACCOUNT, Attribute, GuardedString, OperationOptions, OPTION, IcfArray, type IcfValue, type Uid } from '../../../protocol/model/index.js';
import { ConnectorCaller, plain } from '../../support/connector-caller.js';
import { watched, type TestedService } from '../../support/tested-service.js';
import { FakeGraph } from './fake.js';

/** The smallest configuration the documentation has, led to a fake. */
export function configuration(fake: FakeGraph, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return { tenant: 'contoso.example', clientId: fake.clientId, clientSecret: new GuardedString(fake.clientSecret), serviceUri: fake.service.address, loginUri: fake.service.origin, ...changes };
}

export function callerFor(fake: FakeGraph, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(graph, configuration(fake, changes));
}

export const GRAPH: TestedService<FakeGraph> = {
  connector: graph, start: (observers) => FakeGraph.start(observers), configuration,
  contract: 'graph', exemptions: [{ on: 'POST /contoso.example/oauth2/', reason: 'tokens are Entra\'s, of which Graph\'s metadata says nothing' }],
};

/** A fake, watched, and the connector before it; `stop` fails where the contract was broken. */
export async function system(suite: string, changes: Readonly<Record<string, IcfValue>> = {}) {
  const { fake, stop } = await watched(GRAPH, suite);
  const caller = callerFor(fake, changes);
  return {
    fake, caller,
    async stop(): Promise<void> {
      await caller.dispose();
      await stop();
    },
  };
}
export type System = Awaited<ReturnType<typeof system>>;

let users = 0;
/** The documentation's new user, each time with another name. */
export function newUser(changes: Readonly<Record<string, IcfValue>> = {}): Attribute[] {
  const name = `0065432${++users}`;
  const values: Record<string, IcfValue> = { surname: 'Carter', displayName: 'Steve Carter', givenName: 'Steve', userType: 'Member', accountEnabled: true, mailNickname: name, userPrincipalName: `${name}@contoso.example`, __PASSWORD__: new GuardedString('MyPassw0rd'), ...changes };
  return Object.entries(values).map(([attribute, value]) => Attribute.of(attribute, value));
}

export const addUser = ({ caller }: System, changes: Readonly<Record<string, IcfValue>> = {}): Promise<Uid> => caller.create(ACCOUNT, ...newUser({ usageLocation: 'US', ...changes }));

export const map = (values: Readonly<Record<string, unknown>>): IcfValue => new Map(Object.entries(values).map(([name, value]) => [name, typeof value === 'object' && value !== null && !Array.isArray(value) ? map(value as Record<string, unknown>) : value as IcfValue]));

/** What is read of an object when these attributes are asked for. */
export async function fields({ caller }: System, objectClass: string, uid: Uid, ...names: readonly string[]): Promise<Record<string, unknown>> {
  const object = await caller.get(objectClass, uid, OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', names) }));
  if (object === null) throw new Error(`There is no ${objectClass} ${uid.value}.`);
  return deep(plain(object)) as Record<string, unknown>;
}

/** Maps within lists, too. */
function deep(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deep);
  const entries = value instanceof Map ? [...value as Map<string, unknown>] : typeof value === 'object' && value !== null ? Object.entries(value) : undefined;
  return entries === undefined ? value : Object.fromEntries(entries.map(([name, inner]) => [name, deep(inner)]));
}

/** The values of an attribute as plain ones, as a list. */
export async function listOf(at: System, objectClass: string, uid: Uid, name: string): Promise<unknown[]> {
  const value = (await fields(at, objectClass, uid, name))[name];
  return Array.isArray(value) ? value as unknown[] : [value];
}

import { describe, expect, it } from 'vitest';
import type { ConnectorFacade } from '../../../protocol/model/index.js';
import type { ConnectionGroup } from '../../../protocol/session/contract.js';
import { HostDirectory, type HostGroup } from '../../../controller/gateway/host-directory.js';
import type { Log } from '../../../controller/log.js';
import { availableConnectors, connectorServers } from '../../../controller/systems/discovery/available-connectors.js';
import { KEY, MemoryFacade, connectorInfo } from './memory-facade.js';

interface Session extends ConnectionGroup { isOperational: boolean; readonly memory: MemoryFacade }

function setUp(groups: readonly HostGroup[] = []) {
  const errors: string[] = [];
  const log: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (fields) => { errors.push(JSON.stringify(fields)); }, child: () => log };
  const hosts = new HostDirectory({ servers: ['rcs'], clients: ['known'], groups }, log);
  const events = hosts.events();
  /** A session of an agent whose socket has shown a certificate of that group. */
  const join = (principal: string, group: string | undefined): Session => {
    const memory = new MemoryFacade();
    const session = {
      memory, principal, peerSessionId: `${principal}-${Math.random()}`, isOperational: true, isDraining: false, socketCount: 1, pending: 0, features: new Set(['credits']), journalId: undefined,
      connectorInfos: () => Promise.resolve([]), facade: (): ConnectorFacade => memory, announceConfigurationChange: () => Promise.resolve(),
      forward: () => { throw new Error('nothing is forwarded here'); }, askOutcome: () => Promise.reject(new Error('nothing is asked here')),
    } as unknown as Session;
    events.onGroupOpened(session);
    hosts.certified(session, group);
    events.onConnectorInfos(session, [connectorInfo()]);
    return session;
  };
  const leave = (session: Session): void => {
    session.isOperational = false;
    events.onGroupClosed(session, 'over');
  };
  const names = (ref: string): string[] | undefined => hosts.candidates(ref)?.map(({ name }) => name);
  return { hosts, errors, join, leave, names };
}

describe('a group of certificates', () => {
  it('is nobody until somebody has shown it, and is known but empty when all have gone', () => {
    const { names, join, leave, hosts } = setUp();
    expect(names('berlin')).toBeUndefined();
    const session = join('site1', 'berlin');
    expect(names('berlin')).toEqual(['site1']);
    leave(session);
    expect(names('berlin')).toEqual([]);
    expect(connectorServers(hosts)['openicf']).toContainEqual({ name: 'berlin', type: 'remoteConnectorServersGroup', ok: false });
  });

  it('reaches only what has shown it: not another machine of the same name with a certificate of another group, or of none', () => {
    const { hosts, join, names } = setUp();
    join('site1', 'hamburg');
    join('site1', undefined);
    const berlin = join('site1', 'berlin');
    expect([names('berlin'), names('hamburg')]).toEqual([['site1'], ['site1']]);
    expect(hosts.candidates('berlin')?.[0]?.facade(KEY, 'k')).toBe(berlin.memory);
    berlin.isOperational = false;
    expect(hosts.candidates('berlin')?.[0]?.isOperational).toBe(false);
    expect(hosts.candidates('site1')?.[0]?.isOperational).toBe(true);
  });

  it('is left by a session that shows a certificate of another, with its connectors', () => {
    const { hosts, join, names } = setUp();
    const session = join('site1', 'berlin');
    hosts.certified(session, 'hamburg');
    expect([names('berlin'), names('hamburg')]).toEqual([[], ['site1']]);
    expect(hosts.candidates('hamburg')?.[0]?.facade(KEY, 'k')).toBe(session.memory);
    hosts.certified(session, undefined);
    expect([names('berlin'), names('hamburg')]).toEqual([[], []]);
  });

  it('does not take the place of an agent or server of that name, and says so', () => {
    const { errors, join, names, hosts } = setUp();
    join('site1', undefined);
    for (const taken of ['site1', 'rcs', 'known']) join('thief', taken);
    expect([names('site1'), names('rcs'), names('known')]).toEqual([['site1'], ['rcs'], ['known']]);
    expect(errors).toHaveLength(3);
    expect([...hosts.groups.keys()]).toEqual([]);
  });

  it('cannot be what connectorHostRef means otherwise', () => {
    const { join, hosts, names } = setUp();
    for (const name of ['#LOCAL', 'osgi:service/x', 'a\nb', '']) join('site1', name);
    expect([...hosts.groups.keys()]).toEqual([]);
    expect(names('#LOCAL')).toEqual(['known', 'rcs', 'site1']);
  });

  it('is tried in the order of names without more ado; a group of the configuration gives it an algorithm and members', () => {
    const plain = setUp();
    for (const name of ['b', 'c', 'a']) plain.join(name, 'berlin');
    expect([plain.names('berlin'), plain.names('berlin')]).toEqual([['a', 'b', 'c'], ['a', 'b', 'c']]);
    const configured = setUp([{ name: 'berlin', algorithm: 'roundrobin', members: ['known', 'b'] }]);
    for (const name of ['b', 'a']) configured.join(name, 'berlin');
    expect([configured.names('berlin'), configured.names('berlin'), configured.names('berlin')]).toEqual([['known', 'b', 'a'], ['b', 'a', 'known'], ['a', 'known', 'b']]);
    expect([...configured.hosts.groups.keys()]).toEqual(['berlin']);
  });

  it('shows where hosts and connectors are listed', () => {
    const { hosts, join } = setUp();
    join('site1', 'berlin');
    expect(connectorServers(hosts)['openicf']).toContainEqual({ name: 'berlin', type: 'remoteConnectorServersGroup', ok: true });
    expect(availableConnectors(hosts)['connectorRef']).toContainEqual(expect.objectContaining({ connectorHostRef: 'berlin' }));
  });
});

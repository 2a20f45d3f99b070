import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConnectorError, OperationOptions, type ConnectorFacade } from '../../../protocol/model/index.js';
import type { ConnectionGroup } from '../../../protocol/session/contract.js';
import { readConnectorInfoProvider } from '../../../controller/gateway/connector-info-provider.js';
import { HostDirectory } from '../../../controller/gateway/host-directory.js';
import { silentLog } from '../../../controller/log.js';
import { ConfiguredConnector } from '../../../controller/systems/system.js';
import { propertySource } from '../../../controller/systems/property-references.js';
import { lockDataFolder } from '../../../controller/store/data-lock.js';
import { KEY, MemoryFacade, connectorInfo } from './memory-facade.js';

interface FakeGroup extends ConnectionGroup { isOperational: boolean; isDraining: boolean; readonly memory: MemoryFacade }

function group(principal: string, features: readonly string[] = ['credits']): FakeGroup {
  const memory = new MemoryFacade();
  return {
    memory, principal, peerSessionId: 's', isOperational: true, isDraining: false, socketCount: 1, pending: 0, features: new Set(features), journalId: undefined,
    connectorInfos: () => Promise.resolve([]), facade: (): ConnectorFacade => memory, announceConfigurationChange: () => Promise.resolve(),
    forward: () => { throw new Error('nothing is forwarded here'); }, askOutcome: () => Promise.reject(new Error('nothing is asked here')),
  };
}

const directory = (): HostDirectory => new HostDirectory({
  servers: ['rcs'], clients: ['known'],
  groups: [{ name: 'over', algorithm: 'failover', members: ['known', 'rcs', 'nobody'] }, { name: 'turn', algorithm: 'roundrobin', members: ['known', 'rcs'] }],
}, silentLog);
const names = (hosts: HostDirectory, ref: string): string[] | undefined => hosts.candidates(ref)?.map(({ name }) => name);

describe('hosts', () => {
  it('are found by name, in groups in their order, and by #LOCAL all together [csv 2]', () => {
    const hosts = directory();
    expect([names(hosts, 'rcs'), names(hosts, 'over'), names(hosts, '#LOCAL'), names(hosts, 'osgi:service/x'), names(hosts, 'stranger')])
      .toEqual([['rcs'], ['known', 'rcs'], ['known', 'rcs'], ['known', 'rcs'], undefined]);
    expect([names(hosts, 'turn'), names(hosts, 'turn'), names(hosts, 'turn')]).toEqual([['known', 'rcs'], ['rcs', 'known'], ['known', 'rcs']]);
  });

  it('are asked for a facade once for each process and description of the connector, not for each operation', async () => {
    const hosts = directory();
    const events = hosts.events();
    const made: string[] = [];
    const counted = (name: string): FakeGroup => {
      const each = group('site');
      each.facade = () => {
        made.push(name);
        return each.memory;
      };
      return each;
    };
    const [first, second] = [counted('first'), counted('second')];
    const properties = propertySource(new Map(), {});
    const connector = ConfiguredConnector.from({ connectorRef: { ...KEY, connectorHostRef: 'site' }, configurationProperties: {} }, { hosts, facadeKeyOf: () => 'k', properties, requestProperties: properties, cryptoKeys: new Map(), log: silentLog });
    const test = (): Promise<unknown> => connector.facade().perform({ kind: 'test' }, { signal: new AbortController().signal });
    events.onGroupOpened(first);
    events.onConnectorInfos(first, [connectorInfo()]);
    await test();
    await test();
    expect(made).toEqual(['first']);
    events.onConnectorInfos(first, [connectorInfo()]);
    await test();
    expect(made).toEqual(['first', 'first']);
    first.isOperational = false;
    events.onGroupOpened(second);
    events.onConnectorInfos(second, [connectorInfo()]);
    await test();
    expect(made).toEqual(['first', 'first', 'second']);
    expect([first.memory.calls.length, second.memory.calls.length]).toEqual([3, 1]);
  });

  it('come and go with their sessions; the one that came first serves, the next takes over, a stranger is forgotten', () => {
    const hosts = directory();
    const events = hosts.events();
    let changes = 0;
    const stop = hosts.onChange(() => { changes += 1; });
    const [first, second] = [group('site'), group('site')];
    for (const each of [first, second]) {
      events.onGroupOpened(each);
      events.onConnectorInfos(each, [connectorInfo()]);
    }
    const [site] = hosts.candidates('site') ?? [];
    expect([site?.isOperational, site?.connectorInfos.length, site?.facade(KEY, 'k')]).toEqual([true, 1, first.memory]);
    first.isOperational = false;
    events.onGroupDown(first);
    expect(site?.facade(KEY, 'k')).toBe(second.memory);
    second.isOperational = false;
    expect(() => site?.facade(KEY, 'k')).toThrow(ConnectorError);
    events.onGroupClosed(first, 'x');
    events.onGroupClosed(second, 'x');
    expect(hosts.candidates('site')).toBeUndefined();
    expect(changes).toBe(7);
    stop();
    events.onGroupOpened(group('known'));
    expect(changes).toBe(7);
  });

  it('that drain serve no more while another process of their name does, and are the last resort', () => {
    const hosts = directory();
    const events = hosts.events();
    const [first, second] = [group('site'), group('site')];
    for (const each of [first, second]) {
      events.onGroupOpened(each);
      events.onConnectorInfos(each, [connectorInfo()]);
    }
    let changes = 0;
    hosts.onChange(() => { changes += 1; });
    const site = hosts.candidates('site')![0]!;
    const order = (): unknown[] => site.members(KEY, 'k').map(({ place }) => place);
    expect(order()).toEqual([first, second]);
    first.isDraining = true;
    events.onGroupDraining(first);
    expect([changes, order(), site.facade(KEY, 'k')]).toEqual([1, [second, first], second.memory]);
    second.isOperational = false;
    expect([site.isOperational, order(), site.facade(KEY, 'k')]).toEqual([true, [first], first.memory]);
    expect(site.members({ ...KEY, connectorName: 'other' }, 'k')).toEqual([]);
  });

  it('that are Java peers are not sent the option their connectors cannot take', () => {
    const hosts = directory();
    const events = hosts.events('rcs');
    const [java, ours] = [group('anonymous', []), group('anonymous')];
    const options = OperationOptions.of({ TOTAL_PAGED_RESULTS_POLICY: 'EXACT', PAGE_SIZE: 1 });
    const sent = [java, ours].map((peer) => {
      events.onGroupOpened(peer);
      events.onConnectorInfos(peer, [connectorInfo()]);
      const facade = hosts.candidates('rcs')?.[0]?.facade(KEY, 'k');
      void facade?.stream({ kind: 'search', objectClass: 'x', filter: undefined, options }, { signal: AbortSignal.timeout(1_000) }).next();
      events.onGroupClosed(peer, 'x');
      return [...(peer.memory.named('search')[0]?.options.entries.keys() ?? [])];
    });
    expect(sent).toEqual([['PAGE_SIZE'], ['TOTAL_PAGED_RESULTS_POLICY', 'PAGE_SIZE']]);
  });
});

describe('the connector info provider', () => {
  it.each([
    ['one name for two', { remoteConnectorServers: [{ name: 'a', host: 'h', key: 'k' }], remoteConnectorClients: [{ name: 'a' }] }, 'the name a is used more than once'],
    ['an algorithm nobody knows', { remoteConnectorServersGroups: [{ name: 'g', algorithm: 'random', serversList: [] }] }, 'must be failover or roundrobin'],
    ['no key', { remoteConnectorServers: [{ name: 'a', host: 'h' }] }, 'remoteConnectorServers.0.key'],
    ['a reference to nothing', { remoteConnectorServers: [{ name: 'a', host: 'h', key: '&{no.such}' }] }, '&{no.such}'],
  ])('with %s is refused', async (_what, content, expected) => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-provider-'));
    try {
      await writeFile(join(folder, 'provisioner.openicf.connectorinfoprovider.json'), JSON.stringify(content));
      await expect(readConnectorInfoProvider(folder, { properties: propertySource(new Map(), {}), cryptoKeys: new Map() }, silentLog)).rejects.toThrow(expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the data folder', () => {
  it('belongs to one controller; what a dead one left is taken over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'causeway-lock-'));
    try {
      await writeFile(join(folder, 'controller.lock'), `${process.ppid}\n`);
      await expect(lockDataFolder(folder)).rejects.toThrow(`is used by process ${process.ppid}`);
      await writeFile(join(folder, 'controller.lock'), '4194304\n');
      const unlock = await lockDataFolder(folder);
      expect(await readFile(join(folder, 'controller.lock'), 'utf8')).toBe(`${process.pid}\n`);
      await unlock();
      await expect(readFile(join(folder, 'controller.lock'))).rejects.toThrow('ENOENT');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

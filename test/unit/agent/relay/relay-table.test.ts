import { describe, expect, it } from 'vitest';
import { selectionOf } from '../../../../agent/relay/connector-selection.js';
import { RelayTable, type RelayOffer } from '../../../../agent/relay/relay-table.js';
import type { ConnectorKey } from '../../../../protocol/model/index.js';
import { info } from '../../../support/fake-facade.js';

const key = (bundleName: string, bundleVersion = '1.0', connectorName = `${bundleName}.Connector`): ConnectorKey => ({ bundleName, bundleVersion, connectorName });
const offer = (name: string, keys: readonly ConnectorKey[] | undefined, choices?: Parameters<typeof selectionOf>[0]): RelayOffer => ({
  name, infos: keys?.map((one) => info(one)), selection: selectionOf(choices),
});
const keysOf = (table: RelayTable<RelayOffer>): string[] => table.infos.map(({ key: { bundleName, bundleVersion } }) => `${bundleName} ${bundleVersion}`).sort();

describe('who serves a connector', () => {
  it('without a selection: everything of the server that this agent has not', () => {
    const table = new RelayTable([offer('legacy', [key('csv'), key('sap')])], [info(key('csv')), info(key('ldap'))]);
    expect(table.find(key('sap'))?.name).toBe('legacy');
    expect(table.find(key('csv'))).toBeUndefined();
    expect(table.find(key('ldap'))).toBeUndefined();
    expect(table.find(key('nobody'))).toBeUndefined();
    expect(keysOf(table)).toEqual(['csv 1.0', 'ldap 1.0', 'sap 1.0']);
  });

  it('another version is another connector', () => {
    const table = new RelayTable([offer('legacy', [key('csv', '2.0')])], [info(key('csv', '1.0'))]);
    expect(table.find(key('csv', '2.0'))?.name).toBe('legacy');
    expect(keysOf(table)).toEqual(['csv 1.0', 'csv 2.0']);
  });

  it('one that is selected goes to the server even when this agent has it, and nothing else does', () => {
    const remote = { ...info(key('csv')), displayNameKey: 'theirs' };
    const table = new RelayTable([{ name: 'legacy', infos: [remote, info(key('sap'))], selection: selectionOf([{ bundleName: 'csv' }]) }], [info(key('csv'))]);
    expect(table.find(key('csv'))?.name).toBe('legacy');
    expect(table.find(key('sap'))).toBeUndefined();
    expect(table.infos.map(({ displayNameKey }) => displayNameKey)).toEqual(['theirs']);
  });

  it.each([
    [{ bundleName: 'sap' }, true], [{ bundleName: 'sa' }, false], [{ bundleName: 'sap', connectorName: 'sap.Connector' }, true],
    [{ bundleName: 'sap', connectorName: 'sap.Other' }, false], [{ bundleName: 'sap', bundleVersion: '1.5.0.0' }, true], [{ bundleName: 'sap', bundleVersion: '1.5' }, false],
    [{ bundleName: 'sap', bundleVersion: '[1.4.0.0,2.0.0.0)' }, true], [{ bundleName: 'sap', bundleVersion: '(1.5.0.0,2.0.0.0)' }, false],
  ])('%j selects version 1.5.0.0: %s', (choice, expected) => {
    const table = new RelayTable([offer('legacy', [key('sap', '1.5.0.0')], [choice])], []);
    expect(table.find(key('sap', '1.5.0.0')) !== undefined).toBe(expected);
    expect(table.infos).toHaveLength(expected ? 1 : 0);
  });

  it('two relays with the same connector: the first in the configuration, and the other is reported', () => {
    const table = new RelayTable([offer('a', [key('sap')]), offer('b', [key('sap'), key('hr')])], []);
    expect(table.find(key('sap'))?.name).toBe('a');
    expect(table.find(key('hr'))?.name).toBe('b');
    expect(table.shadowed).toEqual([{ key: expect.stringContaining('sap.Connector') as string, used: 'a', ignored: 'b' }]);
    expect(keysOf(table)).toEqual(['hr 1.0', 'sap 1.0']);
  });

  it('a server that was never reached: what it was selected for is not looked for elsewhere, and not in the list', () => {
    const table = new RelayTable([offer('legacy', undefined, [{ bundleName: 'sap' }])], [info(key('csv'))]);
    expect(table.find(key('sap'))?.name).toBe('legacy');
    expect(table.find(key('csv'))).toBeUndefined();
    expect(keysOf(table)).toEqual(['csv 1.0']);
  });

  it('a server that does not have what it was selected for is not asked', () => {
    expect(new RelayTable([offer('legacy', [key('hr')], [{ bundleName: 'sap' }])], []).find(key('sap'))).toBeUndefined();
  });
});

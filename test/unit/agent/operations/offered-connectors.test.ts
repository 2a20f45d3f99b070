import { describe, expect, it } from 'vitest';
import { OfferedConnectors } from '../../../../agent/operations/offered-connectors.js';
import { publishedInfos, type AnyConnector } from '../../../../connectors/framework/index.js';
import type { ConnectorInfo } from '../../../../protocol/model/index.js';
import { loadConnector } from '../../../../connectors/registry.js';

async function setUp(built: readonly string[]) {
  const loaded: string[] = [];
  const infos = new Map<string, readonly ConnectorInfo[]>();
  for (const id of built) infos.set(id, publishedInfos((await loadConnector(id))!));
  const load = async (id: string): Promise<AnyConnector | undefined> => {
    loaded.push(id);
    return loadConnector(id);
  };
  return { loaded, offered: new OfferedConnectors({ enabled: ['csv', 'ssh'], load, builtInfos: async () => infos }) };
}

describe('connectors with infos of the build', () => {
  it('are published unloaded; one is loaded, once, when it is used under any of its keys', async () => {
    const { loaded, offered } = await setUp(['csv', 'ssh']);
    const infos = await offered.infos();
    expect(new Set(infos.map(({ key }) => key.connectorName))).toEqual(new Set(['org.forgerock.openicf.csvfile.CSVFileConnector', 'org.forgerock.openicf.connectors.ssh.SSHConnector']));
    expect(await offered.keys()).toHaveLength(infos.length);
    expect(await offered.find({ ...infos[0]!.key, bundleVersion: '0.0' })).toBeUndefined();
    expect(loaded).toEqual([]);
    const ofCsv = infos.filter(({ key }) => key.connectorName.endsWith('CSVFileConnector'));
    expect(ofCsv.length).toBeGreaterThan(1);
    for (const { key } of ofCsv) expect((await offered.find(key))?.id).toBe('csv');
    expect(loaded).toEqual(['csv']);
  });

  it('one without is loaded, and says the same', async () => {
    const { loaded, offered } = await setUp(['csv']);
    const { offered: allBuilt } = await setUp(['csv', 'ssh']);
    expect(await offered.infos()).toEqual(await allBuilt.infos());
    expect(loaded).toEqual(['ssh']);
  });

  it('one that fails to load is tried again', async () => {
    const { loaded } = await setUp([]);
    let fails = true;
    const offered = new OfferedConnectors({ enabled: ['csv'], load: async (id) => {
      loaded.push(id);
      if (fails) throw new Error('disk on fire');
      return loadConnector(id);
    } });
    await expect(offered.infos()).rejects.toThrow('disk on fire');
    fails = false;
    expect((await offered.infos()).length).toBeGreaterThan(0);
    expect(loaded).toEqual(['csv', 'csv']);
  });
});

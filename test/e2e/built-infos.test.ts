import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { connectorInfos, connectorIds } from '../../connectors/registry.js';
import { decodeConnectorInfos } from '../../protocol/codec/index.js';
import { connectorKeyText, type ConnectorKey } from '../../protocol/model/index.js';
import { CLI } from '../support/causeway-processes.js';

it('the build leaves what each of its connectors publishes', async () => {
  const text = await readFile(join(dirname(CLI), '../../connectors/published-infos.json'), 'utf8');
  const built = JSON.parse(text) as Record<string, { readonly keys: readonly ConnectorKey[]; readonly info: string }>;
  expect(Object.keys(built)).toEqual(connectorIds);
  for (const [id, { keys, info }] of Object.entries(built)) {
    const loaded = await connectorInfos([id]);
    expect(keys.map(connectorKeyText), id).toEqual(loaded.map(({ key }) => connectorKeyText(key)));
    expect(decodeConnectorInfos(Buffer.from(info, 'base64')), id).toEqual([loaded[0]]);
  }
});

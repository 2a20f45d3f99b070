import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeConnector } from '../../connectors/framework/index.js';
import { connectorIds, loadConnector } from '../../connectors/registry.js';
import { compileObjectType } from '../../controller/systems/object-type.js';
import { provisionerSource } from '../../controller/systems/provisioner-source.js';
import { NAME, UID, attributeKey } from '../../protocol/model/index.js';
import { complaints } from '../support/loaded-configuration.js';

const scripts = mkdtempSync(join(tmpdir(), 'causeway-page-scripts-'));
for (const name of ['Test', 'Schema', 'Search', 'Create', 'Update', 'Delete']) writeFileSync(join(scripts, `${name}.js`), 'return null;\n');
afterAll(() => rmSync(scripts, { recursive: true, force: true }));

/** The sample file of the connector's page, with something of our own where a reader puts his. */
function sampleOf(id: string): unknown {
  const page = readFileSync(new URL(`../../docs/connectors/${id}.md`, import.meta.url), 'utf8');
  const shown = /^## Sample provisioner file$[^]*?^```json\n([^]*?)^```$/m.exec(page)?.[1] ?? '';
  return JSON.parse(shown.replace(/<[a-z ]+>/g, 'mine').replaceAll('/etc/causeway/scripts', scripts));
}

describe.each(connectorIds)('the sample file of the page of %s', (id) => {
  it('is a provisioner file the controller takes, whose configuration is complete, valid and known property by property', async () => {
    const connector = (await loadConnector(id))!;
    const file = provisionerSource.parse(sampleOf(id));
    expect(file.connectorRef).toMatchObject({ bundleName: connector.key.bundleName, connectorName: connector.key.connectorName });
    for (const [name, type] of Object.entries(file.objectTypes)) expect(compileObjectType(name, type).properties.size).toBeGreaterThan(0);
    expect(await complaints(connector, file.configurationProperties)).toEqual([]);
  });

  it('has a property for the name and for each attribute, which takes objects where the attribute does', async () => {
    const { objectClasses } = describeConnector((await loadConnector(id))!);
    for (const [typeName, source] of Object.entries(provisionerSource.parse(sampleOf(id)).objectTypes)) {
      const { objectClass, byNativeName } = compileObjectType(typeName, source);
      const { attributes } = objectClasses.find(({ name }) => name === objectClass)!;
      expect(byNativeName.has(attributeKey(NAME)), objectClass).toBe(true);
      for (const { name, type, items = type } of attributes.filter((attribute) => /^\w+$/.test(attribute.name) && !['_id', UID].includes(attribute.name))) {
        const property = byNativeName.get(attributeKey(name));
        expect(property, `${objectClass}.${name}`).toBeDefined();
        if (items === 'Map') expect(property?.nativeType, `${objectClass}.${name}`).toBe('Map');
      }
    }
  });
});

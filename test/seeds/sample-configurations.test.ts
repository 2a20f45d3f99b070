import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorKeys } from '../../connectors/framework/index.js';
import { connectorIds, connectorInfos, loadConnector } from '../../connectors/registry.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { connectorKeyText } from '../../protocol/model/index.js';
import { parseVersionRange } from '../../protocol/model/version-range.js';
import { complaints } from '../support/loaded-configuration.js';
import { excerpts } from './sample-excerpts.js';

/** What an excerpt leaves out and cannot do without: hosts, credentials and places, never anything it says itself. */
const LEFT_OUT: Readonly<Record<string, JsonObject>> = {
  kerberos: {
    host: 'kdc.example.com', user: 'causeway', password: 'Passw0rd', hostKeyFingerprints: [`SHA256:${'A'.repeat(43)}`],
    customConfiguration: "kadmin { cmd = '/usr/sbin/kadmin.local'; user = 'openidm/admin'; default_realm = 'EXAMPLE.COM' }",
  },
  ldap: { host: 'ldap.example.com', baseContexts: ['dc=example,dc=com'] },
  'oracle-ebs': { url: 'jdbc:oracle:thin:@//ebs.example.com:1521/EBSDB', username: 'apps', password: 'Passw0rd' },
  powershell: { Host: 'ad.example.com', Login: 'admin', Password: 'Passw0rd' },
  'scripted-rest': { serviceAddress: 'http://myservice.com/api', username: 'admin', password: 'Passw0rd' },
  'scripted-sql': { url: 'jdbc:mysql://localhost:3306/contractordb', username: 'root', password: 'password' },
  ssh: { host: 'ssh.example.com', hostKeyFingerprints: [`SHA256:${'A'.repeat(43)}`] },
};
/** What excerpts that leave out, or leave empty, a place or a credential are filled with: the samples of our own pages. */
const OWN_SAMPLES = JSON.parse(readFileSync(new URL('../../docs/connectors/notes/samples.json', import.meta.url), 'utf8')) as Readonly<Record<string, JsonObject>>;
const UNFILLED = /^(?:_CHANGEME_|your .*|[a-z]+(?:URL|Token|Secret|Id)|encrypted-.*|)$/;

/** Texts of an excerpt that stand for something of the reader's own. */
const PLACES: readonly (readonly [shown: RegExp, put: (scripts: string) => string])[] = [
  [/^jdbc:sap:\/\/HOST:PORT$/, () => 'jdbc:sap://hana.example.com:30015'], [/^path\/to\/scripts$/, (scripts) => scripts], [/<[A-Z][^<>]*>/g, () => 'EXAMPLE.COM'],
];
const SCRIPTED = ['scripted-groovy', 'scripted-groovy-poolable', 'scripted-rest', 'scripted-sql', 'ssh'];

/** The toolkit's section shows the pool of the scripted SQL connector. */
const isOfTheOther = (id: string, properties: JsonObject): boolean => id.startsWith('scripted-groovy') && 'testOnBorrow' in properties;

let scripts: string;
beforeAll(async () => {
  scripts = await mkdtemp(join(tmpdir(), 'causeway-seed-scripts-'));
  for (const name of ['ScriptOnResourceScript', 'CustomizerScript']) await writeFile(join(scripts, `${name}.js`), 'return null;\n');
});
afterAll(() => rm(scripts, { recursive: true, force: true }));

function ownPlaces(properties: JsonObject): JsonObject {
  const placed = (text: string): string => PLACES.reduce((put, [shown, own]) => put.replace(shown, () => own(scripts)), text);
  return JSON.parse(JSON.stringify(properties), (_, value: unknown) => (typeof value === 'string' ? placed(value) : value)) as JsonObject;
}

async function load(id: string, shown: JsonObject): Promise<readonly string[]> {
  const connector = (await loadConnector(id))!;
  const left = { ...LEFT_OUT[id], ...(SCRIPTED.includes(id) && LEFT_OUT[id] !== undefined ? { scriptRoots: [scripts] } : {}) };
  const known = Object.fromEntries(Object.entries(left).filter(([name]) => connector.properties[name] !== undefined));
  const isFilled = ([name, value]: readonly [string, unknown]): boolean => LEFT_OUT[id] !== undefined || (typeof value === 'string' ? !UNFILLED.test(value) : value !== null || OWN_SAMPLES[id]?.[name] === undefined);
  const own: JsonObject = LEFT_OUT[id] === undefined ? OWN_SAMPLES[id] ?? {} : {};
  return complaints(connector, { ...own, ...known, ...ownPlaces(Object.fromEntries(Object.entries(shown).filter(isFilled))) }, { properties: new Map([['idm.instance.dir', '/var/idm']]), scriptRoots: [scripts] });
}

describe.each(connectorIds)('the samples of the seed for %s', (id) => {
  it('name a connector that is here, under the versions they ask for', async () => {
    const infos = await connectorInfos();
    for (const { line, content } of await excerpts(id, 'connectorRef')) {
      const range = parseVersionRange(content['bundleVersion'] as string);
      const found = infos.filter(({ key }) => key.bundleName === content['bundleName'] && key.connectorName === content['connectorName'] && range.includes(key.bundleVersion));
      const own = connectorKeys((await loadConnector(id))!).map(connectorKeyText);
      expect(found.map(({ key }) => connectorKeyText(key)).filter((key) => own.includes(key)), `line ${line}`).not.toEqual([]);
    }
  });

  it('load as they stand: every property known and of its type, the whole of it valid', async () => {
    const shown = [...await excerpts(id, 'configurationProperties'), ...await excerpts(id, 'customConfiguration'), ...await excerpts(id, 'customSensitiveConfiguration')];
    for (const { line, content } of shown.filter(({ content: properties }) => !isOfTheOther(id, properties))) expect(await load(id, content), `line ${line}`).toEqual([]);
  });
});

it('there are dozens of them', async () => {
  const found = await Promise.all(connectorIds.map(async (id) => [await excerpts(id, 'configurationProperties'), await excerpts(id, 'connectorRef')].flat().length));
  expect(found.reduce((sum, count) => sum + count)).toBeGreaterThan(25);
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import powershell from '../../connectors/catalog/powershell/index.js';
import { loadConnector } from '../../connectors/registry.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { PowerShellFixture, powershellWith } from '../connectors/powershell/fixture.js';
import { STORE_SCRIPTS } from '../connectors/powershell/store-scripts.js';
import { HanaServer } from '../targets/hana-server.js';
import { FakeIbmI } from '../targets/ibm-i.js';
import { startMapepire } from '../targets/mapepire.js';
import { FakeEbs, replaceConnections } from '../targets/oracle-ebs.js';
import { FakeRacf } from '../targets/racf.js';
import { RSE_API } from '../targets/rse-api.js';
import { issueTlsFiles } from '../targets/tls-files.js';
import { startZosRest } from '../targets/zos-rest.js';
import type { CurlSample } from './curl-samples.js';
import { startDirectory } from './directory-samples.js';
import type { SampledService } from './sampled-service.js';

/** Hosts and databases the seed has requests for, by the connector's id; their connectors run in an agent of this process, where the targets are. */
export interface SampledHosts {
  readonly services: Readonly<Record<string, SampledService>>;
  readonly connectors: readonly AnyConnector[];
  readonly authorities: readonly string[];
  stop(): Promise<void>;
}

const SEGMENTS = 'CICS,DCE,DFP,KERB,LANGUAGE,LNOTES,NDS,NETVIEW,OMVS,OPERPARM,OVM,PROXY,TSO,WORKATTR,TME';
const text = (nativeName: string): JsonObject => ({ type: 'string', nativeName, nativeType: 'string' });
const ACCOUNT_OF_AD: JsonObject = {
  $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__',
  properties: {
    distinguishedName: { ...text('__NAME__'), required: true }, ...Object.fromEntries(['sAMAccountName', 'sn', 'cn', 'userPrincipalName', 'telephoneNumber'].map((name) => [name, text(name)])),
    enabled: { type: 'boolean', nativeName: 'enabled', nativeType: 'boolean' },
    password: { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] },
  },
};

/** `directorySamples`: those for Active Directory. */
export async function startHosts(directorySamples: readonly CurlSample[]): Promise<SampledHosts> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-seed-hosts-'));
  const tls = await issueTlsFiles(directory);
  const racf = new FakeRacf();
  for (const group of ['IAM', 'EMPLOYEE', 'Z1']) racf.addGroup(group);
  const [mapepire, zos, hana, shell] = [await startMapepire(new FakeIbmI(), tls), await startZosRest(RSE_API, racf, tls), await HanaServer.start(), await PowerShellFixture.start()];
  const activeDirectory = await startDirectory(directorySamples);
  mapepire.host.addGroup('AWS', 100);
  replaceConnections();
  const ebs = new FakeEbs('ebs.seeds.test');
  const common = { replaced: new Map<string, string>(), agent: 'in-process' as const, stop: async () => undefined };
  return {
    services: {
      // Of one body the first quote stands on the wrong line.
      as400: { ...common, replaced: new Map([['{"\n  ""__ENABLE__"', '{"__ENABLE__"']]), configurationProperties: { hostName: 'localhost', port: mapepire.port, userName: 'QSECADM', password: 'SECRET1' } },
      racf: { ...common, configurationProperties: { hostName: 'localhost', port: zos.port, userId: 'ibmuser', password: 'SYS1', segments: SEGMENTS } },
      ldap: activeDirectory.service,
      'oracle-ebs': { ...common, configurationProperties: { url: ebs.url, username: ebs.login.user, password: ebs.login.password } },
      'sap-hana-database': { ...common, configurationProperties: { url: hana.url, username: hana.hana.login.user, password: hana.hana.login.password } },
      powershell: {
        ...common, objectTypes: { account: ACCOUNT_OF_AD },
        configurationProperties: { ...await shell.configuration(STORE_SCRIPTS) as JsonObject, Login: 'service', Password: 's3rv1ce-w0rd', CustomProperties: [`store=${join(shell.directory, 'store.json')}`, `down=${join(shell.directory, 'down')}`] },
        systemActions: [{ scriptId: 'MyScript', actions: [{ systemType: '.*PowerShellConnector', actionType: 'PowerShell', actionSource: '$Connector.Result = $Connector.Arguments.param1' }] }],
      },
    },
    connectors: [...(await Promise.all(['as400', 'oracle-ebs', 'racf', 'sap-hana-database'].map(loadConnector))).filter((each) => each !== undefined), trusting((await loadConnector('ldap'))!, activeDirectory.authority), { ...powershellWith([shell.directory]), id: powershell.id }],
    authorities: [await readFile(tls.caFile, 'utf8')],
    async stop() {
      await Promise.all([mapepire.stop(), zos.stop(), hana.stop(), shell.stop(), activeDirectory.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The throw-away authorities of the tests all have the same name, by which a client would take one for the other. */
function trusting(connector: AnyConnector, authority: string): AnyConnector {
  return { ...connector, open: (config, context) => connector.open(config, { ...context, trustedCertificates: [authority] }) };
}

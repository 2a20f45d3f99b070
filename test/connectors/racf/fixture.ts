import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import racf from '../../../connectors/catalog/racf/index.js';
import { GuardedString, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';
import { FacadeFixture } from '../../support/facade-fixture.js';
import { FakeRacf } from '../../targets/racf.js';
import { RSE_API } from '../../targets/rse-api.js';
import { issueTlsFiles, type TlsFiles } from '../../targets/tls-files.js';
import { startZosRest, type ZosApi, type ZosRestServer } from '../../targets/zos-rest.js';

export { failure } from '../../support/connector-caller.js';
export { attributes, type Values } from '../../support/facade-fixture.js';

export const ALL_SEGMENTS = 'CICS,DCE,DFP,KERB,LANGUAGE,LNOTES,NDS,NETVIEW,OMVS,OPERPARM,OVM,PROXY,TSO,WORKATTR,TME';

/** An object as the documentation prints it: single values bare, maps as objects, `_id` for the uid. */
export function plain(object: ConnectorObject): Record<string, IcfValue> {
  const bare = (value: IcfValue): IcfValue => (value instanceof Map ? Object.fromEntries(value as Map<string, IcfValue>) as unknown as IcfValue : value);
  return Object.fromEntries(object.attributes.map((attribute) => {
    const values = attribute.values?.map(bare) ?? null;
    const isList = ['ATTRIBUTES', 'CLAUTH', '__GROUP__', 'KERB_ENCRYPT', 'Users', 'SUBGROUP'].includes(attribute.name);
    return [attribute.name === '__UID__' ? '_id' : attribute.name, values === null ? null : isList ? values : (values.length === 1 ? values[0]! : values)];
  }));
}

/** Over HTTPS to a REST API in front of a stand-in for RACF. */
export class RacfFixture extends FacadeFixture {
  readonly racf: FakeRacf;
  readonly server: ZosRestServer;
  readonly tls: TlsFiles;
  readonly plain = plain;
  readonly #directory: string;

  private constructor(server: ZosRestServer, tls: TlsFiles, directory: string, authority: string, values: Record<string, IcfValue>) {
    super(racf, { hostName: 'localhost', port: server.port, userId: 'ibmuser', password: new GuardedString('SYS1'), segments: ALL_SEGMENTS }, values, { stateRoot: directory, authority });
    [this.server, this.racf, this.tls, this.#directory] = [server, server.racf, tls, directory];
  }

  static async start(values: Record<string, IcfValue> = {}, api: ZosApi = RSE_API): Promise<RacfFixture> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-racf-'));
    const tls = await issueTlsFiles(directory);
    const server = await startZosRest(api, new FakeRacf(), tls);
    return new RacfFixture(server, tls, directory, await readFile(tls.caFile, 'utf8'), values);
  }

  async stop(): Promise<void> {
    await this.dispose();
    await this.server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import as400 from '../../../connectors/catalog/as400/index.js';
import { GuardedString, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';
import { FacadeFixture } from '../../support/facade-fixture.js';
import { FakeIbmI } from '../../targets/ibm-i.js';
import { startMapepire, type MapepireServer } from '../../targets/mapepire.js';
import { issueTlsFiles } from '../../targets/tls-files.js';

export { failure } from '../../support/connector-caller.js';
export { attributes, type Values } from '../../support/facade-fixture.js';

const LISTS = new Set(['SPCAUT', 'SETJOBATR', 'USROPT', 'SUPGRPPRF', 'EIMASSOC']);

/** An object as the documentation prints it. */
export function plain(object: ConnectorObject): Record<string, IcfValue> {
  return Object.fromEntries(object.attributes.map(({ name, values }) => [name, LISTS.has(name) ? (values as IcfValue[]) : values?.[0] ?? null]));
}

/** Over wss to a Mapepire server in front of a stand-in for IBM i. */
export class As400Fixture extends FacadeFixture {
  readonly host: FakeIbmI;
  readonly server: MapepireServer;
  readonly plain = plain;
  readonly #directory: string;

  private constructor(server: MapepireServer, directory: string, authority: string, values: Record<string, IcfValue>) {
    super(as400, { hostName: 'localhost', port: server.port, userName: 'QSECADM', password: new GuardedString('SECRET1') }, values, { stateRoot: directory, authority });
    [this.server, this.host, this.#directory] = [server, server.host, directory];
  }

  static async start(values: Record<string, IcfValue> = {}): Promise<As400Fixture> {
    const directory = await mkdtemp(join(tmpdir(), 'causeway-as400-'));
    const tls = await issueTlsFiles(directory);
    return new As400Fixture(await startMapepire(new FakeIbmI(), tls), directory, await readFile(tls.caFile, 'utf8'), values);
  }

  async stop(): Promise<void> {
    await this.dispose();
    await this.server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

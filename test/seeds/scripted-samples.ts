import type { JsonObject } from '../../controller/crest/json.js';
import { UserService } from '../connectors/scripted-rest/user-service.js';
import { startPostgresql } from '../targets/postgresql.js';
import type { SampledService } from './sampled-service.js';

/** Connectors that run the operator's scripts; their sections show how to run one. */
export const SCRIPTED: ReadonlySet<string> = new Set(['scripted-groovy', 'scripted-rest', 'scripted-sql']);

const MY_SCRIPT = 'return args';
/** Of the connector, and of MS Graph, which does not run the one sent with its built-in actions. */
export const SENT_SCRIPTS: readonly string[] = [MY_SCRIPT, 'return;'];

type Target = Pick<SampledService, 'configurationProperties' | 'stop'>;

const noTarget = async (): Promise<Target> => ({ configurationProperties: {}, stop: async () => undefined });
const TARGETS: Readonly<Record<string, () => Promise<Target>>> = {
  async 'scripted-rest'() {
    const service = await UserService.start();
    return { configurationProperties: { serviceAddress: service.address, username: 'admin', password: 'Passw0rd' }, stop: () => service.stop() };
  },
  async 'scripted-sql'() {
    const server = await startPostgresql();
    return { configurationProperties: { url: server.jdbcUrl, username: server.user, password: server.password, driverClassName: 'org.postgresql.Driver' }, stop: () => server.stop() };
  },
};

/** A system with scripts for the test and for scripts on the resource, in `folder`, and the system actions the samples call. */
export async function scriptedSamples(id: string, folder: string): Promise<SampledService> {
  const action = (scriptId: string, actionSource: string): JsonObject => ({ scriptId, actions: [{ systemType: '.*', actionType: 'javascript', actionSource }] });
  const { configurationProperties, stop } = await (TARGETS[id] ?? noTarget)();
  return {
    configurationProperties: { ...configurationProperties, scriptRoots: [folder], ...(TARGETS[id] === undefined ? { testScriptFileName: 'Test.js' } : {}), scriptOnResourceScriptFileName: 'OnResource.js' },
    replaced: new Map(), systemActions: [action('MyScript', MY_SCRIPT), action('scriptOnResourceScript', MY_SCRIPT)], stop,
  };
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import type { ApiConfiguration, ConnectorFacade, ConnectorInfo, Tracer } from '../../../protocol/model/index.js';
import { route } from '../../../controller/crest/router.js';
import { createRestServer, DEFAULT_REST_LIMITS, type RestLimits } from '../../../controller/crest/server.js';
import { restAuthentication } from '../../../controller/authentication/rest-authentication.js';
import { UserStore } from '../../../controller/authentication/user-store.js';
import { hashPassword } from '../../../controller/authentication/password-hash.js';
import { infoRequests } from '../../../controller/info.js';
import { openApiRequests } from '../../../controller/openapi/openapi-requests.js';
import { silentLog } from '../../../controller/log.js';
import { checkMappingFile } from '../../../controller/mappings/mapping-book.js';
import { configurationRequests } from '../../../controller/systems/configuration-requests.js';
import { LOCAL, type ConnectorHost, type ConnectorHosts } from '../../../controller/systems/connector-hosts.js';
import type { FacadeMember } from '../../../controller/systems/facade-members.js';
import { propertySource } from '../../../controller/systems/property-references.js';
import { SystemRegistry } from '../../../controller/systems/system-registry.js';
import type { SystemEnvironment } from '../../../controller/systems/system.js';
import { systemRequests } from '../../../controller/systems/requests/system-requests.js';
import { DeadLetters } from '../../../controller/sync/dead-letters.js';
import type { ControllerMetrics } from '../../../controller/metrics/controller-metrics.js';
import { AppliedChanges } from '../../../controller/sync/applied-changes.js';
import { SyncHistory } from '../../../controller/sync/sync-history.js';
import { LiveSync } from '../../../controller/sync/live-sync.js';
import { SyncStageStore } from '../../../controller/sync/sync-stage-store.js';
import type { ChangeHandler } from '../../../controller/sync/change-handler.js';
import type { Database } from '../../../controller/store/database/database.js';
import { requireDescribed } from '../../support/described-exchange.js';
import { lazyDatabase } from '../../support/test-database.js';
import { KEY, MemoryFacade, connectorInfo } from './memory-facade.js';

export const PROVISIONER = {
  name: 'memory',
  connectorRef: { ...KEY, bundleVersion: '[1.4.0.0,2)', connectorHostRef: '#LOCAL' },
  configurationProperties: { host: 'db.example.com', password: 'topsecret', unknown: 1 },
  objectTypes: {
    account: {
      $schema: 'http://json-schema.org/draft-03/schema', id: '__ACCOUNT__', type: 'object', nativeType: '__ACCOUNT__',
      properties: {
        userName: { type: 'string', nativeName: '__NAME__', nativeType: 'string', required: true },
        mail: { type: 'string', nativeName: 'mail', nativeType: 'string' },
        age: { type: 'integer', nativeName: 'age', nativeType: 'integer' },
        phones: { type: 'array', items: { type: 'string', nativeType: 'string' }, nativeName: 'telephoneNumber', nativeType: 'string' },
        password: { type: 'string', nativeName: '__PASSWORD__', nativeType: 'JAVA_TYPE_GUARDEDSTRING', flags: ['NOT_READABLE'] },
        fixed: { type: 'string', nativeName: 'fixed', nativeType: 'string', flags: ['NOT_UPDATEABLE'] },
      },
    },
  },
};

export class MemoryHost implements ConnectorHost {
  name = 'agent1';
  type = 'remoteConnectorClient' as const;
  isOperational = true;
  isDraining = false;
  connectorInfos: readonly ConnectorInfo[] = [connectorInfo()];
  readonly facadeKeys: string[] = [];
  readonly memory: ConnectorFacade;
  constructor(memory: ConnectorFacade) {
    this.memory = memory;
  }
  facade(_key: unknown, facadeKey: string): ConnectorFacade {
    this.facadeKeys.push(facadeKey);
    return this.memory;
  }
  members(key: unknown, facadeKey: string): readonly FacadeMember[] {
    return [{ place: this, facade: () => this.facade(key, facadeKey) }];
  }
}

export function memoryHosts(...all: ConnectorHost[]): ConnectorHosts {
  return {
    all, groups: new Map(), onChange: () => () => undefined,
    candidates: (ref) => (ref === LOCAL ? all : all.some((host) => host.name === ref) ? all.filter((host) => host.name === ref) : undefined),
  };
}

export interface Rest {
  readonly facade: MemoryFacade;
  readonly host: MemoryHost;
  readonly url: string;
  readonly registry: SystemRegistry;
  readonly folder: string;
  readonly database: Database;
  readonly configurations: ApiConfiguration[];
  call(method: string, path: string, options?: { body?: unknown; headers?: Record<string, string>; signal?: AbortSignal }): Promise<{ status: number; body: any; headers: Headers; text: string }>; // eslint-disable-line @typescript-eslint/no-explicit-any -- test answers
  stop(): Promise<void>;
}

export const LOGIN = { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': 'openidm-admin' };
const passwordHash = hashPassword('openidm-admin');

/** The REST interface over a memory connector, listening on a port of its own. */
export async function startRest(options: { files?: Record<string, unknown>; limits?: Partial<RestLimits>; changes?: ChangeHandler; metrics?: ControllerMetrics; tracer?: Tracer } = {}): Promise<Rest> {
  const folder = await mkdtemp(join(tmpdir(), 'causeway-rest-'));
  for (const [name, content] of Object.entries(options.files ?? { 'provisioner.openicf-mem.json': PROVISIONER })) {
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  }
  const database = lazyDatabase();
  const facade = new MemoryFacade();
  const host = new MemoryHost(facade);
  const configurations: ApiConfiguration[] = [];
  const environment: SystemEnvironment = {
    hosts: memoryHosts(host), cryptoKeys: new Map(), log: silentLog, properties: propertySource(new Map([['db.host', 'substituted']]), { SECRET_OF_HOST: 'x' }), requestProperties: propertySource(new Map([['db.host', 'substituted']]), {}),
    facadeKeyOf: (configuration) => `key${configurations.push(configuration)}`, metering: options.metrics?.operations,
  };
  const registry = new SystemRegistry(folder, environment);
  await registry.load();
  const liveSync = new LiveSync({ database, stages: new SyncStageStore(database), applied: new AppliedChanges(database), history: new SyncHistory(database), deadLetters: new DeadLetters(database), observer: options.metrics?.liveSync, tracer: options.tracer, log: silentLog, changes: options.changes ?? { handle: () => Promise.resolve(undefined) } });
  const handler = route({
    system: systemRequests({ registry, environment, projectFolder: folder, liveSync: (call, detailed) => liveSync.run(call, detailed) }),
    info: infoRequests(() => 'ACTIVE_READY'),
    'openapi.json': openApiRequests({ registry, version: 'test' }),
    config: configurationRequests({ folder, registry, environment, files: [{ id: 'sync', check: checkMappingFile }] }),
  });
  const users = new UserStore([{ name: 'openidm-admin', passwordHash: await passwordHash, roles: ['openidm-admin'] }]);
  const server = createRestServer({ handler, authenticate: restAuthentication({ users, log: silentLog }), log: silentLog, observer: options.metrics?.requests, tracer: options.tracer, limits: { ...DEFAULT_REST_LIMITS, ...options.limits } });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    facade, host, url, registry, folder, database, configurations,
    async call(method, path, { body, headers = {}, signal } = {}) {
      const response = await fetch(url + path, {
        method, headers: { ...LOGIN, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }), ...(signal === undefined ? {} : { signal }),
      });
      const text = await response.text();
      const answer = text === '' ? undefined : JSON.parse(text) as unknown;
      requireDescribed({ method, url: path, override: headers['X-HTTP-Method-Override'], body: typeof body === 'string' ? undefined : body, status: response.status, answer });
      return { status: response.status, headers: response.headers, text, body: answer };
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

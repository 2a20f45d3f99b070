import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tracer } from '../../../protocol/model/index.js';
import type { JsonObject } from '../../../controller/crest/json.js';
import { silentLog } from '../../../controller/log.js';
import { startEntry } from '../../../controller/reconciliation/audit-entries.js';
import { RunEngine } from '../../../controller/reconciliation/run-engine.js';
import { MappingEngine } from '../../../controller/mappings/mapping-engine.js';
import { openScripts } from '../../../controller/mappings/open-scripts.js';
import type { Mapping } from '../../../controller/mappings/mapping.js';
import type { RequestHandler } from '../../../controller/crest/request.js';
import { sandboxWorker } from '../../support/sandbox-worker.js';
import { mappingChangeHandler } from '../../../controller/reconciliation/mapping-change-handler.js';
import { MappingBook } from '../../../controller/mappings/mapping-book.js';
import { objectSetOf, type ObjectSetPlaces } from '../../../controller/managed/object-set-of.js';
import type { ManagedObjects } from '../../../controller/managed/objects/managed-objects.js';
import type { ManagedChangeHandler } from '../../../controller/managed/objects/managed-change.js';
import type { ObjectSet } from '../../../controller/reconciliation/object-set.js';
import type { ReconciliationObserver } from '../../../controller/reconciliation/reconciliation-observer.js';
import { Reconciliations } from '../../../controller/reconciliation/reconciliations.js';
import { runExecutor, type SetIdentity } from '../../../controller/reconciliation/runs/execute-run.js';
import { patienceOf } from '../../../controller/reconciliation/runs/patience.js';
import { RunStore, type RunRequest } from '../../../controller/reconciliation/runs/run-store.js';
import { settleRun, tidyRun } from '../../../controller/reconciliation/runs/settle-run.js';
import type { Database } from '../../../controller/store/database/database.js';
import { testDatabase } from '../../support/test-database.js';
import { AuditLog } from '../../../controller/store/audit-log.js';
import type { ChangeHandler } from '../../../controller/sync/change-handler.js';
import { DeadLetters } from '../../../controller/sync/dead-letters.js';
import { managedChanges } from '../../../controller/sync/managed-changes.js';
import { propertySource } from '../../../controller/systems/property-references.js';
import { SystemRegistry } from '../../../controller/systems/system-registry.js';
import { KEY, MemoryFacade, connectorInfo } from './memory-facade.js';
import { MemoryHost, memoryHosts } from './start-rest.js';

const text = (nativeName: string): object => ({ type: 'string', nativeName, nativeType: 'string' });

function provisioner(name: string, host: string): object {
  return {
    name, connectorRef: { ...KEY, connectorHostRef: host }, configurationProperties: {},
    objectTypes: { account: { nativeType: '__ACCOUNT__', properties: { name: text('__NAME__'), uid: text('uid'), mail: text('mail'), kind: text('kind'), groups: { type: 'array', nativeName: 'groups' } } } },
  };
}

export const MAPPING = {
  name: 'm', source: 'system/src/account', target: 'system/dst/account', correlation: [{ source: 'uid', target: '/uid' }],
  properties: [{ target: 'name', template: 'cn={{dn:uid}},o=x' }, { source: 'uid', target: 'uid' }, { source: 'mail', target: 'mail' }, { target: 'kind', default: 'person' }],
};

export interface Recon {
  readonly source: MemoryFacade;
  readonly target: MemoryFacade;
  readonly service: Reconciliations;
  readonly changes: ChangeHandler;
  /** Carries changes of managed objects on, as the controller does. */
  readonly managedChanges: ManagedChangeHandler;
  readonly folder: string;
  readonly database: Database;
  readonly registry: SystemRegistry;
  readonly unmapped: string[];
  readonly setOf: (name: string, identity: SetIdentity) => ObjectSet;
  readonly book: MappingBook;
  readonly engineOf: (mapping: Mapping) => RunEngine;
  run(body?: JsonObject, onlyId?: string, request?: Partial<RunRequest>): Promise<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a summary
  restart(): Promise<Recon>;
  stop(): Promise<void>;
}

function placesOf(registry: SystemRegistry, managed: () => ManagedObjects = () => { throw new Error('no managed objects'); }): ObjectSetPlaces {
  return { registry, managed };
}

/** Two memory systems, `src` and `dst`, and a mapping between them. */
// eslint-disable-next-line complexity -- one for each option that has a default
export async function startRecon(mapping: object = {}, options: { source?: MemoryFacade; target?: MemoryFacade; patience?: number; settles?: number; maxDeletions?: string; observer?: ReconciliationObserver; tracer?: Tracer; router?: RequestHandler; managed?: () => ManagedObjects } = {}, former?: Recon): Promise<Recon> {
  const folder = former?.folder ?? await mkdtemp(join(tmpdir(), 'causeway-recon-'));
  const [source, target] = [former?.source ?? options.source ?? new MemoryFacade(), former?.target ?? options.target ?? new MemoryFacade()];
  await writeFile(join(folder, 'provisioner.openicf-src.json'), JSON.stringify(provisioner('src', 'a')));
  await writeFile(join(folder, 'provisioner.openicf-dst.json'), JSON.stringify(provisioner('dst', 'b')));
  await writeFile(join(folder, 'sync.json'), JSON.stringify({ mappings: [{ ...MAPPING, ...mapping }] }));
  const hosts = memoryHosts(Object.assign(new MemoryHost(source), { name: 'a' }), Object.assign(new MemoryHost(target), { name: 'b', connectorInfos: [connectorInfo()] }));
  const registry = new SystemRegistry(folder, { hosts, cryptoKeys: new Map(), log: silentLog, properties: propertySource(new Map(), {}), requestProperties: propertySource(new Map(), {}), facadeKeyOf: () => 'key' });
  await registry.load();
  const book = new MappingBook(folder, folder);
  const { scripts, close: closeScripts } = openScripts({ router: () => options.router ?? (() => Promise.reject(new Error('no router'))), projectFolder: folder, log: silentLog, worker: await sandboxWorker() });
  const engineOf = (of: Mapping): RunEngine => new RunEngine(new MappingEngine(of, scripts));
  const database = former?.database ?? await testDatabase();
  const audit = new AuditLog(database, 'recon');
  const unmapped: string[] = [];
  const store = new RunStore(database);
  const setOf = (name: string, identity: SetIdentity): ObjectSet => objectSetOf(name, placesOf(registry, options.managed), identity);
  const service = new Reconciliations({
    database, store, book, log: silentLog, observer: options.observer, tracer: options.tracer, maxConcurrentRuns: 2, lookEvery: 5,
    execute: runExecutor({ database, store, book, setOf, engineOf, patience: patienceOf(options.patience ?? 0, options.settles), defaultDeleteThreshold: options.maxDeletions }),
    begun: ({ id, mapping: name, caller }) => audit.write(startEntry({ reconId: id, mapping: name, caller })),
    settle: (record, found, summary) => settleRun({ database, store, audit, keptRuns: 50 }, record, found, summary),
    tidy: (record) => tidyRun({ database, store, audit, keptRuns: 50 }, record),
  });
  const changes = mappingChangeHandler({ database, book, setOf, engineOf, audit, otherwise: { handle: ({ id }) => { unmapped.push(id); return Promise.resolve(undefined); } } });
  const close = async (): Promise<void> => {
    await service.close();
    await closeScripts();
    await audit.close();
  };
  const recon: Recon = {
    source, target, service, changes, managedChanges: managedChanges({ database, changes, book, deadLetters: new DeadLetters(database) }), folder, database, registry, unmapped, setOf, book, engineOf,
    async run(body, onlyId, request) {
      const { id, done } = await service.start('m', { body, onlyId, ...request }, 'tester');
      await done;
      return service.summary(id);
    },
    async restart() {
      await close();
      return startRecon(mapping, options, recon);
    },
    async stop() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return recon;
}

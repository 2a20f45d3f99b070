import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tracer } from '../../../protocol/model/index.js';
import type { JsonObject } from '../../../controller/crest/json.js';
import { silentLog } from '../../../controller/log.js';
import { LinkTables } from '../../../controller/reconciliation/links.js';
import { mappingChangeHandler } from '../../../controller/reconciliation/mapping-change-handler.js';
import { MappingBook } from '../../../controller/reconciliation/mapping-book.js';
import type { ReconciliationObserver } from '../../../controller/reconciliation/reconciliation-observer.js';
import { Reconciliations } from '../../../controller/reconciliation/reconciliations.js';
import { AuditLog } from '../../../controller/store/audit-log.js';
import type { ChangeHandler } from '../../../controller/sync/change-handler.js';
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
  readonly folder: string;
  readonly links: LinkTables;
  readonly unmapped: string[];
  run(body?: JsonObject, onlyId?: string): Promise<Record<string, any>>; // eslint-disable-line @typescript-eslint/no-explicit-any -- a summary
  restart(): Promise<Recon>;
  stop(): Promise<void>;
}

/** Two memory systems, `src` and `dst`, and a mapping between them. */
export async function startRecon(mapping: object = {}, options: { maxEntries?: number; maxDeletions?: string; observer?: ReconciliationObserver; tracer?: Tracer } = {}, former?: Recon): Promise<Recon> {
  const folder = former?.folder ?? await mkdtemp(join(tmpdir(), 'causeway-recon-'));
  const [source, target] = [former?.source ?? new MemoryFacade(), former?.target ?? new MemoryFacade()];
  await writeFile(join(folder, 'provisioner.openicf-src.json'), JSON.stringify(provisioner('src', 'a')));
  await writeFile(join(folder, 'provisioner.openicf-dst.json'), JSON.stringify(provisioner('dst', 'b')));
  await writeFile(join(folder, 'sync.json'), JSON.stringify({ mappings: [{ ...MAPPING, ...mapping }] }));
  const hosts = memoryHosts(Object.assign(new MemoryHost(source), { name: 'a' }), Object.assign(new MemoryHost(target), { name: 'b', connectorInfos: [connectorInfo()] }));
  const registry = new SystemRegistry(folder, { hosts, cryptoKeys: new Map(), log: silentLog, properties: propertySource(new Map(), {}), requestProperties: propertySource(new Map(), {}), facadeKeyOf: () => 'key' });
  await registry.load();
  const book = new MappingBook(folder);
  const links = new LinkTables(folder);
  const audit = new AuditLog(folder, 'recon');
  const unmapped: string[] = [];
  const service = new Reconciliations({
    book, links, registry, audit, dataFolder: folder, log: silentLog, observer: options.observer, tracer: options.tracer,
    settings: { maxEntries: options.maxEntries ?? 1_000, maxConcurrentRuns: 2, defaultDeleteThreshold: options.maxDeletions },
  });
  const changes = mappingChangeHandler({ book, links, registry, audit, log: silentLog, otherwise: { handle: async ({ id }) => { unmapped.push(id); } } });
  const close = async (): Promise<void> => {
    await service.close();
    await links.close();
    await audit.close();
  };
  const recon: Recon = {
    source, target, service, changes, folder, links, unmapped,
    async run(body, onlyId) {
      const { id, done } = await service.start('m', body, 'tester', onlyId);
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

import type { Tracer } from '../protocol/model/index.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig } from './config/controller-config.js';
import type { RequestHandler } from './crest/request.js';
import type { Log } from './log.js';
import { LinkTables } from './reconciliation/links.js';
import { mappingChangeHandler } from './reconciliation/mapping-change-handler.js';
import { MappingBook } from './reconciliation/mapping-book.js';
import { reconciliationRequests } from './reconciliation/reconciliation-requests.js';
import { Reconciliations } from './reconciliation/reconciliations.js';
import { AuditLog } from './store/audit-log.js';
import { loggingChangeHandler } from './sync/change-handler.js';
import { DeadLetters } from './sync/dead-letters.js';
import { LiveSync } from './sync/live-sync.js';
import { synchronisationStateRequests } from './sync/state-requests.js';
import { SyncStageStore } from './sync/sync-stage-store.js';
import type { LiveSyncRunner } from './systems/requests/parts.js';
import type { LiveSyncObserver } from './sync/live-sync-observer.js';
import type { ReconciliationObserver } from './reconciliation/reconciliation-observer.js';

/** What moves objects between systems: liveSync, mappings, reconciliation. */
export interface SynchronisationPart {
  readonly liveSync: LiveSyncRunner;
  readonly handlers: Readonly<Record<string, RequestHandler>>;
  readonly deadLetters: Pick<DeadLetters, 'counts'>;
  /** Cancels runs and closes files. */
  close(): Promise<void>;
}

export interface SynchronisationObservers {
  readonly liveSync?: LiveSyncObserver | undefined;
  readonly reconciliations?: ReconciliationObserver | undefined;
  readonly tracer?: Tracer | undefined;
}

export function buildSynchronisation(config: ControllerConfig, { registry }: SystemsPart, log: Log, observers: SynchronisationObservers = {}): SynchronisationPart {
  const { data: dataFolder, reconciliation } = config;
  const book = new MappingBook(config.systems.configuration);
  const links = new LinkTables(dataFolder);
  const audits = { recon: new AuditLog(dataFolder, 'recon'), sync: new AuditLog(dataFolder, 'sync') };
  const stages = new SyncStageStore(dataFolder);
  const deadLetters = new DeadLetters(dataFolder);
  const changes = mappingChangeHandler({ book, links, registry, audit: audits.sync, log, otherwise: loggingChangeHandler(log) });
  const liveSync = new LiveSync({ stages, deadLetters, changes, log, observer: observers.liveSync, tracer: observers.tracer });
  const reconciliations = new Reconciliations({
    book, links, registry, dataFolder, log, audit: audits.recon, observer: observers.reconciliations, tracer: observers.tracer,
    settings: { maxEntries: reconciliation.maxEntries, maxConcurrentRuns: reconciliation.maxConcurrentRuns, defaultDeleteThreshold: reconciliation.maxDeletions },
  });
  return {
    liveSync: (call, detailed) => liveSync.run(call, detailed),
    deadLetters,
    handlers: {
      recon: reconciliationRequests(reconciliations),
      repo: synchronisationStateRequests(stages, deadLetters),
    },
    async close() {
      await reconciliations.close();
      await Promise.all([links.close(), audits.recon.close(), audits.sync.close()]);
    },
  };
}

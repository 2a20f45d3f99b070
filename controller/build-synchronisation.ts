import type { Tracer } from '../protocol/model/index.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig } from './config/controller-config.js';
import type { RequestHandler } from './crest/request.js';
import type { Log } from './log.js';
import type { ManagedHooks } from './managed/managed-hooks.js';
import { objectSetOf } from './managed/object-set-of.js';
import type { ManagedObjects } from './managed/objects/managed-objects.js';
import { ScriptHooks } from './managed/script-hooks.js';
import { MappingBook } from './mappings/mapping-book.js';
import { mappingRequests } from './mappings/mapping-requests.js';
import { MappingEngine } from './mappings/mapping-engine.js';
import type { MappingScripts } from './mappings/mapping-scripts.js';
import type { Mapping } from './mappings/mapping.js';
import { openScripts } from './mappings/open-scripts.js';
import { ScriptFiles } from './mappings/script-files.js';
import { startEntry } from './reconciliation/audit-entries.js';
import { RunEngine } from './reconciliation/run-engine.js';
import { mappingChangeHandler } from './reconciliation/mapping-change-handler.js';
import { reconciliationRequests } from './reconciliation/reconciliation-requests.js';
import { Reconciliations } from './reconciliation/reconciliations.js';
import { linkRequests } from './reconciliation/link-requests.js';
import type { ReconciliationObserver } from './reconciliation/reconciliation-observer.js';
import { runExecutor, type ExecutorParts, type SetIdentity } from './reconciliation/runs/execute-run.js';
import { patienceOf } from './reconciliation/runs/patience.js';
import { RunStore } from './reconciliation/runs/run-store.js';
import { settleRun, tidyRun } from './reconciliation/runs/settle-run.js';
import { AuditLog } from './store/audit-log.js';
import { auditRequests } from './store/audit-requests.js';
import { followRetention } from './store/audit-retention.js';
import type { BackgroundDatabase } from './store/database/background-database.js';
import { AppliedChanges } from './sync/applied-changes.js';
import { loggingChangeHandler } from './sync/change-handler.js';
import { managedChanges } from './sync/managed-changes.js';
import type { ManagedChangeHandler } from './managed/objects/managed-change.js';
import { DeadLetters } from './sync/dead-letters.js';
import { LiveSync } from './sync/live-sync.js';
import type { LiveSyncObserver } from './sync/live-sync-observer.js';
import { postRetryScripts } from './sync/post-retry-script.js';
import { synchronisationStateRequests } from './sync/state-requests.js';
import { replayLetter } from './sync/replay-letter.js';
import { syncRequests } from './sync/sync-requests.js';
import { SyncHistory } from './sync/sync-history.js';
import { SyncStageStore } from './sync/sync-stage-store.js';
import { reconciliationEvent, tellingOfDeadLetters } from './webhooks/synchronisation-events.js';
import type { TellWebhooks } from './webhooks/webhook-event.js';
import type { LiveSyncRunner } from './systems/requests/parts.js';

/** What moves objects between systems: liveSync, mappings, reconciliation. */
export interface SynchronisationPart {
  readonly liveSync: LiveSyncRunner;
  readonly handlers: Readonly<Record<string, RequestHandler>>;
  readonly reconciliations: Reconciliations;
  readonly scripts: MappingScripts;
  readonly deadLetters: Pick<DeadLetters, 'counts'>;
  /** Carries changes of managed objects through their mappings, and stores what came of it. */
  readonly managedChanges: ManagedChangeHandler;
  /** Scripts of managed objects, in the sandbox of those of mappings. */
  readonly hooks: ManagedHooks;
  /** Goes on with what was left behind; at once with what another controller of the fleet had begun that is gone. */
  watch(fleet?: { onMemberGone(listener: () => void): void }): void;
  /** Leaves runs off and closes files. */
  close(): Promise<void>;
}

export interface SynchronisationObservers {
  readonly liveSync?: LiveSyncObserver | undefined;
  readonly reconciliations?: ReconciliationObserver | undefined;
  readonly tracer?: Tracer | undefined;
}

export interface SynchronisationWorld {
  readonly systems: Pick<SystemsPart, 'registry'>;
  readonly database: BackgroundDatabase;
  /** What scripts of mappings may call; there once the controller is. */
  readonly router: () => RequestHandler;
  /** There once they are built: they tell their changes to what is built here. */
  readonly managed: () => ManagedObjects;
  readonly tell?: TellWebhooks | undefined;
}

export function buildSynchronisation(config: ControllerConfig, { systems: { registry }, database, router, managed, tell = () => Promise.resolve() }: SynchronisationWorld, log: Log, observers: SynchronisationObservers = {}): SynchronisationPart {
  const book = new MappingBook(config.systems.configuration, config.systems.project, log);
  const { scripts, close: closeScripts } = openScripts({ router, projectFolder: config.systems.project, log });
  const engineOf = (mapping: Mapping): RunEngine => new RunEngine(new MappingEngine(mapping, scripts));
  const audits = { recon: new AuditLog(database, 'recon'), sync: new AuditLog(database, 'sync') };
  const stages = new SyncStageStore(database);
  const deadLetters = new DeadLetters(database);
  const setOf = (name: string, identity: SetIdentity) => objectSetOf(name, { registry, managed }, identity);
  const changes = mappingChangeHandler({ database, book, setOf, engineOf, audit: audits.sync, otherwise: loggingChangeHandler(log) });
  const history = new SyncHistory(database, { keepFor: config.store.auditRetention });
  const liveSync = new LiveSync({ database, stages, deadLetters, changes, history, applied: new AppliedChanges(database), scripts: postRetryScripts(scripts, config.systems.project), log, observer: tellingOfDeadLetters(observers.liveSync, tell), tracer: observers.tracer });
  const reconciliations = buildReconciliations(config, { database, book, setOf, engineOf, audit: audits.recon, log, tell }, observers);
  const [ofLinks, ofState] = [linkRequests(database), synchronisationStateRequests(stages, deadLetters, (system, id, context) => replayLetter({ database, changes, deadLetters, setOf }, system, id, context))];
  const stopRetention = followRetention(database, config.store.auditRetention, log);
  return {
    liveSync: (call, detailed) => liveSync.run(call, detailed),
    managedChanges: managedChanges({ database, changes, book, deadLetters }),
    hooks: new ScriptHooks(scripts, new ScriptFiles(config.systems.project)),
    reconciliations, scripts,
    // Figures are shown while the database cannot be had, too.
    deadLetters: { counts: () => (database.isOpen ? deadLetters.counts().catch(() => new Map<string, number>()) : Promise.resolve(new Map<string, number>())) },
    handlers: {
      recon: reconciliationRequests(reconciliations, database),
      repo: (request, context) => (request.path[0] === 'link' ? ofLinks({ ...request, path: request.path.slice(1) }, context) : ofState(request, context)),
      audit: auditRequests(database),
      mapping: mappingRequests({ book, runs: () => reconciliations.list() }),
      sync: syncRequests({ database, book, engineOf, setOf, changes, audit: audits.sync, history }),
    },
    watch(fleet) {
      book.all().catch((error: unknown) => { log.error({ err: error }, 'no mapping can be used'); });
      reconciliations.watch();
      fleet?.onMemberGone(() => void reconciliations.look());
    },
    async close() {
      stopRetention();
      await reconciliations.close();
      await Promise.all([closeScripts(), audits.recon.close(), audits.sync.close()]);
    },
  };
}

interface RunWorld {
  readonly database: BackgroundDatabase; readonly book: MappingBook; readonly setOf: ExecutorParts['setOf']; readonly engineOf: ExecutorParts['engineOf']; readonly audit: AuditLog; readonly log: Log; readonly tell: TellWebhooks;
}

function buildReconciliations({ reconciliation }: ControllerConfig, { database, book, setOf, engineOf, audit, log, tell }: RunWorld, observers: SynchronisationObservers): Reconciliations {
  const store = new RunStore(database);
  const settling = { database, store, audit, keptRuns: reconciliation.keptRuns };
  return new Reconciliations({
    database, store, book, log, observer: observers.reconciliations, tracer: observers.tracer, maxConcurrentRuns: reconciliation.maxConcurrentRuns, lookEvery: 2_000,
    execute: runExecutor({ database, store, book, setOf, engineOf, patience: patienceOf(reconciliation.patience), defaultDeleteThreshold: reconciliation.maxDeletions }),
    begun: ({ id, mapping, caller }) => audit.write(startEntry({ reconId: id, mapping, caller })),
    settle: async (record, mapping, summary) => {
      await settleRun(settling, record, mapping, summary);
      await tell(reconciliationEvent('reconciliation.ended', record, summary));
    },
    waits: (record, summary) => tell(reconciliationEvent('reconciliation.awaiting_approval', record, summary)),
    tidy: (record) => tidyRun(settling, record),
  });
}

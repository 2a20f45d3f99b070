import { buildManaged, type ManagedPart } from './build-managed.js';
import { buildSchedules } from './build-schedules.js';
import { buildSynchronisation, type SynchronisationObservers, type SynchronisationPart, type SynchronisationWorld } from './build-synchronisation.js';
import type { SystemsPart } from './build-systems.js';
import type { ControllerConfig } from './config/controller-config.js';
import { importRegister } from './enrolment/import-register.js';
import type { Log } from './log.js';
import { MappingBook } from './mappings/mapping-book.js';
import { linkRulesFor } from './reconciliation/links.js';
import { scheduleScripts } from './schedules/mapping-script-runner.js';
import type { ScheduleObserver } from './schedules/schedule-observer.js';
import type { BackgroundDatabase } from './store/database/background-database.js';
import type { Database } from './store/database/database.js';
import { openDatabase } from './store/database/open-database.js';
import { importFiles } from './store/import/import-files.js';
import { openWebhooks, type WebhooksPart } from './webhooks/open-webhooks.js';
import type { WebhookObserver } from './webhooks/webhook-observer.js';

export interface StoredParts {
  readonly database: BackgroundDatabase;
  readonly sync: SynchronisationPart;
  readonly managed: ManagedPart;
  readonly webhooks: WebhooksPart;
  readonly schedules: ReturnType<typeof buildSchedules>;
}

export interface StoredObservers extends SynchronisationObservers {
  readonly schedules?: ScheduleObserver | undefined;
  readonly webhooks?: WebhookObserver | undefined;
}

/** The database, and what lives in it. */
export function openStored(config: ControllerConfig, { systems, router, worker }: Pick<SynchronisationWorld, 'router'> & { readonly systems: SystemsPart; readonly worker: URL | undefined }, log: Log, observers: StoredObservers): StoredParts {
  const book = new MappingBook(config.systems.configuration, config.systems.project);
  const database = openDatabase(config, log, { worker, prepare: (opened) => takeOver(opened, config, book, log) });
  const webhooks = openWebhooks(config, { database, hosts: systems.hosts, observer: observers.webhooks }, log);
  const built = buildSynchronisation(config, { systems, database, router, tell: webhooks.tell, managed: () => managed.objects }, log, observers);
  const managed: ManagedPart = buildManaged(config, { database, keys: systems.environment.cryptoKeys, changes: built.managedChanges, hooks: built.hooks, log });
  const sync: SynchronisationPart = {
    ...built,
    watch(fleet) {
      built.watch(fleet);
      // So that what is wrong with the file is in the log before anybody asks for an object.
      managed.objects.book.all().catch((error: unknown) => { log.debug({ err: error }, 'there are no managed objects'); });
      managed.leftOver.watch();
    },
    async close() {
      await managed.close();
      await built.close();
    },
  };
  const schedules = buildSchedules(config, { database, registry: systems.registry, liveSync: sync.liveSync, reconciliations: sync.reconciliations, scripts: scheduleScripts(sync.scripts, config.systems.project), tell: webhooks.tellWithin, observer: observers.schedules, log });
  return { database, sync, managed, schedules, webhooks };
}

/** What was kept in files before there was the database. */
async function takeOver(opened: Database, { data: dataFolder }: ControllerConfig, book: MappingBook, log: Log): Promise<void> {
  await importFiles(opened, { dataFolder, rulesOf: (type) => linkRulesFor(book, type), log });
  if (opened.kind === 'postgresql') await importRegister(opened, dataFolder, log);
}

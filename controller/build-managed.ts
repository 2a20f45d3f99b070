import type { ControllerConfig } from './config/controller-config.js';
import type { RequestHandler } from './crest/request.js';
import type { Log } from './log.js';
import { ManagedBook } from './managed/configuration/managed-book.js';
import type { ManagedHooks } from './managed/managed-hooks.js';
import { ImplicitSync } from './managed/objects/implicit-sync.js';
import { LeftOverSync } from './managed/objects/left-over-sync.js';
import type { ManagedChangeHandler } from './managed/objects/managed-change.js';
import { ManagedObjects } from './managed/objects/managed-objects.js';
import { managedRequests } from './managed/requests/managed-requests.js';
import { policyRequests } from './managed/requests/policy-requests.js';
import { schemaRequests } from './managed/requests/schema-requests.js';
import { ManagedStore } from './managed/store/managed-store.js';
import { PendingSync } from './managed/store/pending-sync.js';
import type { Database } from './store/database/database.js';
import type { FileConfiguration } from './systems/file-configuration.js';
import type { CryptoKeys } from './systems/encrypted-values.js';

export interface ManagedPart {
  readonly objects: ManagedObjects;
  /** `/config/managed` */
  readonly file: FileConfiguration;
  readonly handlers: Readonly<Record<'managed' | 'policy' | 'schema', RequestHandler>>;
  /** Carries on, from now on, what implicit synchronisation left. */
  readonly leftOver: Pick<LeftOverSync, 'watch' | 'look'>;
  /** Ends implicit synchronisation that is under way. */
  close(): Promise<void>;
}

export interface ManagedNeeds {
  readonly database: Database;
  readonly keys: CryptoKeys;
  readonly changes: ManagedChangeHandler;
  /** Undefined: types with scripts cannot be used. */
  readonly hooks?: ManagedHooks | undefined;
  readonly log: Log;
  /** Of controllers that share the database. */
  readonly pending?: PendingSync | undefined;
}

/** Managed objects: the types of `managed.json`, kept in the database. */
export function buildManaged({ systems }: Pick<ControllerConfig, 'systems'>, { database, keys, changes, hooks, log, pending = new PendingSync(database) }: ManagedNeeds): ManagedPart {
  const book = new ManagedBook(systems.configuration, { keys, hooks }, log);
  const sync = new ImplicitSync(changes, pending, log);
  const objects = new ManagedObjects({ book, store: new ManagedStore(database), sync, hooks, log });
  const leftOver = new LeftOverSync({ database, pending, objects, sync, changes, log });
  return {
    objects, leftOver,
    file: { id: 'managed', check: (content) => { book.check(content); } },
    handlers: { managed: managedRequests(objects), policy: policyRequests(objects), schema: schemaRequests(book) },
    close() {
      const ended = leftOver.close();
      sync.close();
      return ended;
    },
  };
}

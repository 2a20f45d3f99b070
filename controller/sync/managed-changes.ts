import type { ManagedChangeHandler } from '../managed/objects/managed-change.js';
import type { MappingBook } from '../mappings/mapping-book.js';
import { MANAGED_LETTERS, type DeadLetters } from './dead-letters.js';
import { synchroniseChange, type SynchroniseChangeParts } from './synchronise-change.js';

export interface ManagedChangeParts extends SynchroniseChangeParts {
  readonly book: MappingBook;
  readonly deadLetters: DeadLetters;
}

/** Implicit synchronisation of managed objects by the mappings of `sync.json`. */
export function managedChanges({ database, changes, book, deadLetters }: ManagedChangeParts): ManagedChangeHandler {
  return {
    async covers(container) {
      try {
        return [...(await book.all()).values()].some((entry) => 'mapping' in entry && entry.mapping.source === container && entry.mapping.settings.enableSync);
      } catch {
        // The file may be good again before the change is carried on.
        return true;
      }
    },
    async handle(change, signal, also) {
      await synchroniseChange({ database, changes }, change, signal, also);
    },
    async giveUp(tx, { container, id, token }, failureCause) {
      await deadLetters.using(tx).add({ token, systemIdentifier: MANAGED_LETTERS, objectType: container, uid: id, failedRecord: null, failureCause });
    },
  };
}

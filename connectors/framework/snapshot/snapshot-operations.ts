import { ALL, ConnectorError, OPTION, OperationOptions } from '../../../protocol/model/index.js';
import { canonicalValue, digestOf } from '../canonical.js';
import type { Call, ConnectorOperations, Results } from '../spi.js';
import { snapshotChanges, takeSnapshot } from './snapshot-changes.js';

export interface SnapshotSource<S> {
  readonly search: NonNullable<ConnectorOperations<S>['search']>;
  /** The session's `OpenContext.stateDirectory`. */
  stateDirectory(session: S): Promise<string>;
}

function refuseAll(objectClass: string): void {
  if (objectClass === ALL) throw new ConnectorError('unsupportedOperation', 'Snapshot sync looks at one object class at a time: name it instead of __ALL__.');
}

/** What is left decides which objects there are: those that another view shows besides are neither new nor gone. */
function viewOf({ entries }: OperationOptions): string | undefined {
  const deciding = new Map([...entries].filter(([key]) => key !== OPTION.runWithPassword));
  return deciding.size === 0 ? undefined : ` ${digestOf(canonicalValue(deciding))}`;
}

/** Attributes are those returned by default, whoever asks, so that digests of two runs compare. */
function everything(options: OperationOptions): OperationOptions {
  const dropped: readonly string[] = [
    OPTION.attributesToGet, OPTION.pageSize, OPTION.pagedResultsCookie, OPTION.pagedResultsOffset, OPTION.sortKeys, OPTION.totalPagedResultsPolicy,
  ];
  return new OperationOptions(new Map([...options.entries].filter(([key]) => !dropped.includes(key))));
}

/**
 * `sync` and `latestSyncToken` for a connector that has only `search`: spread them into its operations. The latest token
 * reads everything once. Attributes that are not returned by default are neither watched nor given.
 */
export function snapshotOperations<S>(source: SnapshotSource<S>): Required<Pick<ConnectorOperations<S>, 'sync' | 'latestSyncToken'>> {
  const objects = (session: S, objectClass: string, options: OperationOptions, call: Call): Results =>
    source.search(session, { objectClass, filter: undefined, options }, call);
  return {
    async *sync(session, { objectClass, token, options }, call) {
      refuseAll(objectClass);
      const stateDirectory = await source.stateDirectory(session);
      const asked = everything(options);
      return yield* snapshotChanges({
        stateDirectory, objectClass, view: viewOf(asked), token, signal: call.signal,
        progress: () => call.progress?.(), objects: objects(session, objectClass, asked, call),
      });
    },
    async latestSyncToken(session, objectClass, call) {
      refuseAll(objectClass);
      const stateDirectory = await source.stateDirectory(session);
      return takeSnapshot({ stateDirectory, objectClass, signal: call.signal, objects: objects(session, objectClass, OperationOptions.none, call) });
    },
  };
}

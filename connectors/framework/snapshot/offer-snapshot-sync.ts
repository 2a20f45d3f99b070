import type { ApiOperation } from '../../../protocol/model/index.js';
import type { AnyConnector } from '../define-connector.js';
import { OWN_PROPERTIES } from '../own-properties.js';
import { flag, properties } from '../properties.js';
import type { ConnectorOperations, OpenContext } from '../spi.js';
import { snapshotOperations } from './snapshot-operations.js';

/** Behind every property of the connector's own. */
const LAST = 100_000;

/** The property of ours that switches it on. */
export const snapshotSyncProperties = properties({
  snapshotSync: flag({
    default: false, group: OWN_PROPERTIES, order: LAST, displayName: 'Snapshot sync',
    help: 'Finds changes, deletes too, by comparing all objects of the target with those of the last run, of which digests are kept on the disk of the agent. For targets that keep no record of changes: each run reads everything once.',
  }),
});

const SYNC: readonly ApiOperation[] = ['SyncApiOp', 'SyncEventSubscriptionApiOp', 'ConnectorEventSubscriptionApiOp'];

type Config = Readonly<Record<string, unknown>>;

const isOn = (config: Config): boolean => config['snapshotSync'] === true;

/** A session of the connector, and what snapshots need besides. */
interface Opened {
  readonly session: unknown;
  readonly isOn: boolean;
  readonly stateDirectory: OpenContext['stateDirectory'];
}

type Operations<S> = ConnectorOperations<S>;

/** The operations, for sessions in their wrapping. */
function unwrapped(operations: Operations<unknown>): Operations<Opened> {
  const wrap = ([name, operation]: [string, (session: unknown, ...rest: unknown[]) => unknown]) =>
    [name, ({ session }: Opened, ...rest: unknown[]) => operation(session, ...rest)] as const;
  // Each operation keeps its parameters behind the session, and its answer.
  return Object.fromEntries(Object.entries(operations).map((entry) => wrap(entry as Parameters<typeof wrap>[0])));
}

function operationsOf({ operations }: AnyConnector, search: NonNullable<Operations<Opened>['search']>): Operations<Opened> {
  const own = unwrapped(operations);
  const snapshots = snapshotOperations<Opened>({ search, stateDirectory: ({ stateDirectory }) => stateDirectory() });
  return {
    ...own,
    sync: (opened, request, call) => (opened.isOn || own.sync === undefined ? snapshots : { sync: own.sync }).sync(opened, request, call),
    latestSyncToken: async (opened, objectClass, call) => (opened.isOn ? snapshots.latestSyncToken(opened, objectClass, call) : await own.latestSyncToken?.(opened, objectClass, call) ?? null),
  };
}

/** Whether a configuration can leave the connector without changes of the target's own, or without some of them. */
function mayLackChanges({ operations, unavailable, syncMissesDeletes = false }: AnyConnector): boolean {
  return operations.search !== undefined && (operations.sync === undefined || unavailable !== undefined || syncMissesDeletes);
}

function unavailableUnder(connector: AnyConnector, config: Config): readonly ApiOperation[] {
  const own = connector.unavailable?.(config) ?? [];
  if (isOn(config) && !own.includes('SearchApiOp')) return own.filter((operation) => !SYNC.includes(operation));
  return connector.operations.sync === undefined ? [...own, ...SYNC] : own;
}

const made = new WeakMap<AnyConnector, AnyConnector>();

/**
 * The connector with `snapshotSync` among its properties, when it can search and does not get all changes from its target under
 * every configuration; otherwise the connector as it is. While the property is off it behaves as before; on, its changes are
 * those of snapshots, even where the target could tell its own. The same connector gives the same answer.
 */
export function offerSnapshotSync(connector: AnyConnector): AnyConnector {
  if (!mayLackChanges(connector)) return connector;
  const known = made.get(connector) ?? withSnapshotSync(connector);
  made.set(connector, known);
  return known;
}

function withSnapshotSync(connector: AnyConnector): AnyConnector {
  const { isAlive, reusable, operations: { search } } = connector;
  if (search === undefined) return connector;
  const sessionOf = (opened: unknown): unknown => (opened as Opened).session;
  const operations = operationsOf(connector, ({ session }, request, call) => search(session, request, call));
  return {
    ...connector,
    properties: { ...connector.properties, ...snapshotSyncProperties },
    open: async (config, context): Promise<Opened> => ({
      session: await connector.open(config, context), isOn: isOn(config), stateDirectory: () => context.stateDirectory(),
    }),
    close: (opened) => connector.close(sessionOf(opened)),
    ...(isAlive === undefined ? {} : { isAlive: (opened: unknown, signal: AbortSignal) => isAlive(sessionOf(opened), signal) }),
    ...(reusable === undefined ? {} : { reusable: (opened: unknown, signal: AbortSignal) => reusable(sessionOf(opened), signal) }),
    unavailable: (config) => unavailableUnder(connector, config),
    // The facade hands every operation the session that `open` gave, whatever it is.
    operations: operations,
  };
}

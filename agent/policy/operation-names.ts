import { API_OPERATION_OF, type OperationKind } from '../../protocol/model/index.js';

/** How operations are named in a policy: one by one, as ICF's API operations, or in groups. */

const READ: readonly OperationKind[] = [
  'test', 'validate', 'schema', 'get', 'search', 'sync', 'latestSyncToken', 'subscribeToObjects', 'subscribeToChanges', 'resolveUsername', 'queryBatch',
];
const WRITE: readonly OperationKind[] = ['create', 'update', 'delete'];
const SCRIPT: readonly OperationKind[] = ['scriptOnConnector', 'scriptOnResource'];

const GROUPS: Readonly<Record<string, readonly OperationKind[]>> = { read: READ, write: WRITE, script: SCRIPT, all: [...READ, ...WRITE, ...SCRIPT, 'authenticate'] };

/** A batch is judged by its tasks, so it has no name of its own. */
const SINGLE = (Object.keys(API_OPERATION_OF) as OperationKind[]).filter((kind) => kind !== 'batch');

const BY_NAME: ReadonlyMap<string, readonly OperationKind[]> = new Map([
  ...SINGLE.map((kind): [string, readonly OperationKind[]] => [kind, [kind]]),
  ...[...new Set(SINGLE.map((kind) => API_OPERATION_OF[kind]))].map((name): [string, readonly OperationKind[]] => [name, SINGLE.filter((kind) => API_OPERATION_OF[kind] === name)]),
  ...Object.entries(GROUPS),
]);

export const operationNames: readonly string[] = [...BY_NAME.keys()];

/** Undefined for a name that is none. */
export function operationsOf(name: string): readonly OperationKind[] | undefined {
  return BY_NAME.get(name);
}

const CHANGING: ReadonlySet<OperationKind> = new Set<OperationKind>([...WRITE, ...SCRIPT, 'batch']);

/** Whether an operation may change something at a target; what `readOnly` refuses. */
export function isChanging(kind: OperationKind): boolean {
  return CHANGING.has(kind);
}

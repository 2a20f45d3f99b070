import {
  API_OPERATION_OF, ConnectorError, chunksOf, type ConnectorObject, type OperationOptions, type SingleOperation, type SingleResults, type Uid, type UpdateOperation,
} from '../../../protocol/model/index.js';
import { carriesOut } from '../own-scripts.js';
import type { ConnectorOperations } from '../spi.js';
import { unsupported } from './check-request.js';
import type { PagingCookies } from './paging-cookie.js';
import { requestSecrets } from './request-secrets.js';
import type { Borrowed, Runner } from './runner.js';
import { planSearch } from './search-plan.js';
import { searchResults } from './search-results.js';
import { DEFAULT_SORT_LIMITS } from './sort-results.js';
import { updateValues } from './update-values.js';

type Offered = ConnectorOperations<unknown>;
type Handlers = {
  readonly [K in Exclude<SingleOperation['kind'], 'validate'>]:
  (operation: Extract<SingleOperation, { kind: K }>, borrowed: Borrowed, runner: Runner, cookies: PagingCookies) => Promise<SingleResults[K]>;
};

/** The connector's operation, bound to nothing; what is not offered was refused before, so a lack is a fault here. */
function offered<K extends keyof Offered>(runner: Runner, name: K): NonNullable<Offered[K]> {
  const operation = runner.connector.operations[name];
  if (operation === undefined) throw new ConnectorError('unsupportedOperation', `${runner.connector.displayName} has no '${name}'.`);
  return operation;
}

/** A read by uid: a search for the uid, of which the first object counts (protocol section 7.4). */
async function readObject(runner: Runner, borrowed: Borrowed, cookies: PagingCookies, objectClass: string, uid: Uid, options: OperationOptions): Promise<ConnectorObject | null> {
  const search = offered(runner, 'search');
  const plan = await planSearch(runner, borrowed, { objectClass, filter: { kind: 'equals', attribute: uid }, options });
  const straight = { ...plan, paging: 'none' as const, sortKeys: [], offset: 0, cookie: undefined };
  const results = searchResults(straight, { name: runner.connector.displayName, cookies, sortLimits: DEFAULT_SORT_LIMITS, search: (request) => chunksOf(search(borrowed.session, request, borrowed.call)) });
  try {
    const step = await results.next();
    return step.done === true ? null : step.value[0] ?? null;
  } finally {
    await results.return(undefined);
  }
}

async function update(operation: UpdateOperation, borrowed: Borrowed, runner: Runner, cookies: PagingCookies): Promise<Uid> {
  const { objectClass, uid, attributes, options, updateType } = operation;
  const { session, call } = borrowed;
  const request = { objectClass, uid, attributes, options };
  const { addValues, removeValues } = runner.connector.operations;
  if (updateType === 'ADD' && addValues !== undefined) return addValues(session, request, call);
  if (updateType === 'REMOVE' && removeValues !== undefined) return removeValues(session, request, call);
  const replace = offered(runner, 'update');
  if (updateType === 'REPLACE') return replace(session, request, call);
  return updateValues(operation, {
    displayName: runner.connector.displayName,
    read: (readOptions) => readObject(runner, borrowed, cookies, objectClass, uid, readOptions),
    replace: (replacement) => replace(session, replacement, call),
  });
}

const handlers: Handlers = {
  test: async (_, { session, call }, runner) => offered(runner, 'test')(session, call),
  schema: async (_, { session, call }, runner) => offered(runner, 'schema')(session, call),
  create: async (operation, { session, call }, runner) => offered(runner, 'create')(session, operation, call),
  update,
  delete: async (operation, { session, call }, runner) => offered(runner, 'delete')(session, operation, call),
  get: async ({ objectClass, uid, options }, borrowed, runner, cookies) => readObject(runner, borrowed, cookies, objectClass, uid, options),
  authenticate: async (operation, { session, call }, runner) => offered(runner, 'authenticate')(session, operation, call),
  resolveUsername: async (operation, { session, call }, runner) => offered(runner, 'resolveUsername')(session, operation, call),
  scriptOnConnector: async (operation, { session, call }, runner) => offered(runner, 'scriptOnConnector')(session, operation, call),
  scriptOnResource: async (operation, { session, call }, runner) => offered(runner, 'scriptOnResource')(session, operation, call),
  latestSyncToken: async ({ objectClass }, { session, call }, runner) => (await runner.connector.operations.latestSyncToken?.(session, objectClass, call)) ?? null,
};

/** Runs one operation in a session. The checks of the request come before. */
export async function performSingle<O extends SingleOperation>(runner: Runner, cookies: PagingCookies, operation: O, context: Parameters<Runner['single']>[1]): Promise<SingleResults[O['kind']]> {
  if (operation.kind === 'validate') {
    await runner.validate(context);
    return undefined as SingleResults[O['kind']];
  }
  // Not worth a session: who opened this facade runs scripts around it, if it runs any.
  if (operation.kind === 'scriptOnConnector' && !carriesOut(runner.connector, operation)) {
    throw new ConnectorError('unsupportedOperation', `Scripts do not run on ${runner.connector.displayName} here: nothing around the connector runs them.`, { outcome: 'notApplied' });
  }
  const handler = (handlers as Partial<Record<string, unknown>>)[operation.kind] as
    ((operation: O, borrowed: Borrowed, runner: Runner, cookies: PagingCookies) => Promise<SingleResults[O['kind']]>) | undefined;
  if (handler === undefined) throw unsupported(API_OPERATION_OF[operation.kind]);
  return runner.single(operation.kind, context, () => requestSecrets(operation), (borrowed) => handler(operation, borrowed, runner, cookies));
}

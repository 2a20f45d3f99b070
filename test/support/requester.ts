import { encodeStreamEnd, encodeStreamItem, facadeKeyOf } from '../../protocol/codec/index.js';
import { LAST_PAGE, OperationOptions, type ApiOperation, type StreamOperation } from '../../protocol/model/index.js';
import { KEY, account, configuration } from './fake-facade.js';
import { settle } from './fake-clock.js';
import { collect, diallerToJava, never } from './peers.js';

export const options = OperationOptions.none;
export const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
export const sync = { kind: 'sync', objectClass: '__ACCOUNT__', token: null, options } as const;
export const errorFrame = (id: number, message: string) =>
  ({ kind: 'error', id, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message, causes: [], stackTrace: '' } as const);

/** A controller towards a Java agent by hand. */
export async function controller(sockets = 1, timeouts: readonly (readonly [ApiOperation, number])[] = [], options_: Parameters<typeof diallerToJava>[1] = {}) {
  const made = await diallerToJava(sockets, options_);
  const facade = made.group.facade(KEY, facadeKeyOf(configuration(timeouts)));
  const asked = () => made.raw.flatMap((java) => java.of('operationRequest'));
  const cancels = () => made.raw.flatMap((java) => java.of('cancel')).map(({ id }) => id);
  /** Starts a stream and collects it; `outcome` settles with it. */
  const run = async <O extends StreamOperation>(operation: O, signal = never) => {
    const outcome = collect(facade.stream(operation, { signal }));
    outcome.catch(() => undefined);
    await settle();
    return { outcome, id: asked().at(-1)!.id };
  };
  return { ...made, facade, asked, cancels, run };
}
export const item = (id: number, n: number) => encodeStreamItem(id, 'search', account(n), n);
export const end = (id: number, count: number) => encodeStreamEnd(id, 'search', LAST_PAGE, count)[0]!;

import {
  anySignal, ConnectorError, IcfArray, IcfUri, IcfFile, OPTION, OperationOptions, Uid, type CallContext, type ConnectorFacade, type ConnectorObject, type IcfValue, type DeleteOperation, type UpdateOperation,
} from '../../protocol/model/index.js';
import type { Change } from './changes.js';
import { any, isInScope, type Question } from './decide.js';
import { PolicyRefusal, refuseUnchecked } from './policy-refusal.js';
import type { Policy, Protection } from './policy.js';

/** How long the object may take to be read before a change is refused. Milliseconds. */
export const READ_TIMEOUT = 15_000;
/** As much of a value is compared. */
const MAX_VALUE = 10_000;

/** Reads one object; what an operation of our own does it with. */
export type ReadObject = Pick<ConnectorFacade, 'perform'>;

type Write = UpdateOperation | DeleteOperation;

/** The entries that could forbid these changes. In doubt about the place an entry applies. */
export function protectionsFor({ protectedObjects }: Policy, place: Pick<Question, 'connector' | 'targets'>, changes: ReadonlySet<Change>): readonly Protection[] {
  return protectedObjects.filter((entry) => [...changes].some((change) => entry.from.has(change)) && isInScope(entry, place, true));
}

/**
 * Refuses a change to a protected object. The object is read at the target each time, because a request names it by uid only
 * and in a spelling of its own choice. What cannot be read is not changed: without an object of that class and uid nothing is.
 */
export async function checkProtected(entries: readonly Protection[], write: Write, what: string, reader: ReadObject, call: CallContext): Promise<void> {
  for (const { name, uids } of entries) if (any(uids, write.uid.value)) throw protectedObject(name, what);
  const rule = entries[0]?.name ?? 'objectClasses';
  const object = await read(entries, write, reader, call).catch((error: unknown) => refuseUnchecked(rule, what, error));
  if (object === null) throw new ConnectorError('unknownUid', `There is no ${write.objectClass} with the uid ${write.uid.value} that the policy of this agent could look at.`, { outcome: 'notApplied' });
  const entry = entries.find((candidate) => isProtected(candidate, object));
  if (entry !== undefined) throw protectedObject(entry.name, what);
}

async function read(entries: readonly Protection[], { objectClass, uid }: Write, reader: ReadObject, call: CallContext): Promise<ConnectorObject | null> {
  const wanted = new Set(entries.flatMap(({ attributes }) => attributes.map(({ name }) => name)));
  const options = OperationOptions.of({ [OPTION.attributesToGet]: new IcfArray('String', [...wanted]) });
  const late = AbortSignal.timeout(READ_TIMEOUT);
  const signal = anySignal(call.signal, late);
  const reading = reader.perform({ kind: 'get', objectClass, uid: new Uid(uid.value), options }, { signal, locale: call.locale, operationId: call.operationId, permitTarget: call.permitTarget });
  const ended = new Promise<never>((_, reject) => {
    const fail = (): void => reject(new ConnectorError('operationTimeout', call.signal.aborted ? 'The operation was ended before the policy had looked at the object.' : `Reading the object, for the policy of this agent, took more than ${READ_TIMEOUT} ms.`));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
  return Promise.race([reading, ended]);
}

export function isProtected({ uids, names, attributes }: Protection, object: ConnectorObject): boolean {
  if (any(uids, object.uid.value) || any(names, object.name.value)) return true;
  return attributes.some(({ name, values }) => object.get(name)?.values?.some((value) => textsOf(value).some((text) => any(values, text))) === true);
}

/** A value as a pattern is compared with it. */
function textsOf(value: IcfValue): readonly string[] {
  if (typeof value === 'string') return [value.slice(0, MAX_VALUE)];
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return [String(value)];
  if (value instanceof Uint8Array) return [Buffer.from(value.subarray(0, MAX_VALUE)).toString('utf8'), Buffer.from(value.subarray(0, MAX_VALUE)).toString('hex')];
  if (value instanceof IcfUri) return [value.value];
  return value instanceof IcfFile ? [value.path] : [];
}

function protectedObject(rule: string, what: string): PolicyRefusal {
  return new PolicyRefusal(rule, what, `rule ${rule} protects the object`);
}

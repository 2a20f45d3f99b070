import { Name, OperationOptions, findAttribute, type Attribute, type ConnectorFacade, type ConnectorObject, type Filter, type IcfValue } from '../../protocol/model/index.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import type { Ended } from './journal-record.js';
import { nameOf, type JournaledOperation } from './write-identity.js';

/** What reading again has shown. `absent`: what would have been made is not there, or what would have been removed is. */
export type Evidence = Extract<Ended, { readonly state: 'applied' }> | { readonly state: 'absent' | 'nothing' };

const NOTHING: Evidence = { state: 'nothing' };

/** Whether reading can tell anything of such a write. */
export function canReadBack(connector: Pick<AnyConnector, 'readBack'>, operation: JournaledOperation): boolean {
  return connector.readBack?.operations.some((kind) => kind === operation.kind) ?? false;
}

/** Looks at the target for what became of a write. Never rejects: what cannot be read proves nothing. */
export async function readBack(facade: ConnectorFacade, operation: JournaledOperation, signal: AbortSignal): Promise<Evidence> {
  try {
    if (operation.kind === 'create') return await lookForCreated(facade, operation, signal);
    if (operation.kind === 'delete') return await lookForDeleted(facade, operation, signal);
    return NOTHING;
  } catch {
    return NOTHING;
  }
}

async function lookForDeleted(facade: ConnectorFacade, { objectClass, uid }: Extract<JournaledOperation, { kind: 'delete' }>, signal: AbortSignal): Promise<Evidence> {
  const object = await facade.perform({ kind: 'get', objectClass, uid, options: OperationOptions.none }, { signal });
  return object === null ? { state: 'applied' } : { state: 'absent' };
}

/** An object of that name with other values may be somebody else's, and older: that proves nothing. */
async function lookForCreated(facade: ConnectorFacade, operation: Extract<JournaledOperation, { kind: 'create' }>, signal: AbortSignal): Promise<Evidence> {
  const name = nameOf(operation);
  if (name === undefined) return NOTHING;
  const filter: Filter = { kind: 'equals', attribute: new Name(name) };
  const found = facade.stream({ kind: 'search', objectClass: operation.objectClass, filter, options: OperationOptions.none }, { signal });
  try {
    const first = await found.next();
    if (first.done === true) return { state: 'absent' };
    const second = await found.next();
    if (second.done !== true || !isWhatWasSent(first.value, operation.attributes)) return NOTHING;
    return { state: 'applied', uid: first.value.uid };
  } finally {
    await found.return(undefined);
  }
}

/** Every value that was sent and is shown is there. Names, secrets and operational attributes are not compared. */
function isWhatWasSent(object: ConnectorObject, sent: readonly Attribute[]): boolean {
  return sent.every((attribute) => {
    if (attribute.name.startsWith('__')) return true;
    const shown = findAttribute(object.attributes, attribute.name)?.values;
    if (shown === undefined || shown === null) return true;
    const texts = new Set(shown.map(comparable));
    return (attribute.values ?? []).every((value) => texts.has(comparable(value)));
  });
}

function comparable(value: IcfValue): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value).toLowerCase().trim();
}

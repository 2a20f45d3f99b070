import {
  Attribute, ConnectorError, IcfArray, OPTION, OperationOptions, type ConnectorObject, type IcfValue, type Uid, type UpdateOperation,
} from '../../../protocol/model/index.js';
import type { UpdateRequest } from '../spi.js';
import { equalValues } from '../value-comparison.js';

const EXACT = { ignoreCase: false };

function holds(values: readonly IcfValue[], value: IcfValue): boolean {
  return values.some((held) => equalValues(held, value, EXACT));
}

function merged(held: readonly IcfValue[], change: readonly IcfValue[], type: 'ADD' | 'REMOVE'): readonly IcfValue[] {
  if (type === 'REMOVE') return held.filter((value) => !holds(change, value));
  return change.reduce<readonly IcfValue[]>((values, value) => (holds(values, value) ? values : [...values, value]), held);
}

/** The replacements that amount to the change; attributes that stay as they are are left out. */
export function replacementsFor(object: ConnectorObject, { attributes, updateType }: UpdateOperation): Attribute[] {
  return attributes.flatMap(({ name, values }) => {
    const held = object.get(name)?.values ?? [];
    const result = merged(held, values ?? [], updateType === 'ADD' ? 'ADD' : 'REMOVE');
    if (result.length === held.length) return [];
    return [new Attribute(name, result.length === 0 ? null : result)];
  });
}

export interface ValueUpdater {
  readonly displayName: string;
  /** The object as it is now, with at least these attributes. */
  readonly read: (options: OperationOptions) => Promise<ConnectorObject | null>;
  readonly replace: (request: UpdateRequest) => Promise<Uid>;
}

/** ADD and REMOVE for a connector that can only replace: read, merge, replace (protocol section 7.3). */
export async function updateValues(operation: UpdateOperation, updater: ValueUpdater): Promise<Uid> {
  const { objectClass, uid, attributes } = operation;
  const names = new IcfArray('String', attributes.map(({ name }) => name));
  const object = await updater.read(OperationOptions.none.with(OPTION.attributesToGet, names));
  if (object === null) throw new ConnectorError('unknownUid', `There is no ${objectClass} with the uid '${uid.value}' in ${updater.displayName}.`, { uid });
  const replacements = replacementsFor(object, operation);
  if (replacements.length === 0) return uid;
  return updater.replace({ objectClass, uid, attributes: replacements, options: operation.options });
}

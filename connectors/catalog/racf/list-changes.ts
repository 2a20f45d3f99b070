import { Attribute, attributeKey, type ConnectorObject, type IcfValue } from '../../../protocol/model/index.js';
import { folded } from '../../framework/given-values.js';
import { textsOf } from './attributes/given-values.js';
import type { SegmentAttribute } from './attributes/segment-attributes.js';

type Table = ReadonlyMap<string, SegmentAttribute>;

/** The items of a list of a segment, each as RACF writes it: `01,2` and `1 2` are the same. */
function itemsOf({ write, name }: SegmentAttribute, attribute: Attribute | undefined): readonly string[] {
  const items = attribute === undefined ? [] : textsOf(attribute).flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== '');
  return items.map((item) => write(item, name));
}

/** ALTUSER and ALTGROUP replace a list of a segment: what is to be added to one joins what the profile has. Others are as given. */
export function addedTo(object: ConnectorObject, added: Attribute, table: Table): Attribute {
  const known = table.get(attributeKey(added.name));
  if (known === undefined || !known.takesSeveral) return added;
  return new Attribute(added.name, [...new Set([...itemsOf(known, object.get(added.name)), ...itemsOf(known, added)])]);
}

/** What is left of an attribute without some values; clears it when nothing is. */
export function takenFrom(object: ConnectorObject, taken: Attribute, table: Table): Attribute {
  const known = table.get(attributeKey(taken.name));
  const held = object.get(taken.name);
  const isList = known?.takesSeveral === true;
  const gone = new Set(isList ? itemsOf(known, taken) : textsOf(taken).map(folded));
  const isGone = (value: IcfValue): boolean => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') && gone.has(folded(String(value)));
  const left = (isList ? itemsOf(known, held) : held?.values ?? []).filter((value) => !isGone(value));
  return new Attribute(taken.name, left.length === 0 ? null : left);
}

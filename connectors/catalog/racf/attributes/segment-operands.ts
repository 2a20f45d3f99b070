import { ConnectorError, attributeKey, type Attribute } from '../../../../protocol/model/index.js';
import { isCleared } from '../../../framework/given-values.js';
import type { Operands } from '../tso/command.js';
import { refuseValue, textsOf } from './given-values.js';
import type { SegmentAttribute } from './segment-attributes.js';
import type { Segment } from './segments.js';

/** Names of attributes of one table, for looking them up. */
export function byName(table: readonly SegmentAttribute[]): ReadonlyMap<string, SegmentAttribute> {
  return new Map(table.map((attribute) => [attributeKey(attribute.name), attribute]));
}

function checkSegment({ name, segment }: SegmentAttribute, configured: readonly Segment[]): void {
  if (configured.includes(segment)) return;
  throw new ConnectorError('invalidAttributeValue', `RACF attribute ${name} is of segment ${segment}, which the configuration does not name: add ${segment} to segments.`, { outcome: 'notApplied' });
}

/** A value of a segment as an operand; null becomes the operand that deletes the field, such as NOPROC. */
export function addSegmentOperand(operands: Operands, known: SegmentAttribute, attribute: Attribute, configured: readonly Segment[], isNew: boolean): void {
  checkSegment(known, configured);
  if (isCleared(attribute)) {
    if (!isNew) operands.segment(known.segment, `NO${known.operand}`);
    return;
  }
  const texts = textsOf(attribute);
  if (texts.length > 1 && !known.takesSeveral) refuseValue(known.name, `has ${texts.length} values where one is expected.`);
  operands.segment(known.segment, `${known.operand}(${known.write(texts.join(' '), known.name)})`);
}

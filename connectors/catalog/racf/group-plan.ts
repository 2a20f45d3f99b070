import { NAME, attributeKey, type Attribute } from '../../../protocol/model/index.js';
import { isCleared } from '../../framework/given-values.js';
import { booleanOf, refuseValue, singleText, textsOf } from './attributes/given-values.js';
import { dataSetName, quoted, word } from './attributes/operand-values.js';
import { GROUP_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import { addSegmentOperand, byName } from './attributes/segment-operands.js';
import type { Segment } from './attributes/segments.js';
import type { GroupListing } from './output/list-group.js';
import { Operands, TsoCommand } from './tso/command.js';

const SEGMENT_ATTRIBUTES = byName(GROUP_SEGMENT_ATTRIBUTES);
/** RACF keeps these; the group's members are changed at their accounts. */
const READ_ONLY = ['created', 'subgroup', 'users'];

type Writer = (operands: Operands, attribute: Attribute, current: GroupListing | undefined) => void;

/** `held` tells what is so already: RACF refuses to set the superior group a group has. */
function operand(name: string, write: (value: string, attribute: string) => string, cleared: string | undefined, held: (group: GroupListing) => string | undefined): Writer {
  return (operands, attribute, current) => {
    if (!isCleared(attribute)) {
      const value = singleText(attribute);
      const written = write(value, attribute.name);
      const isHeld = current !== undefined && [value, written].includes(held(current) ?? '');
      if (!isHeld) operands.base(`${name}(${written})`);
    } else if (cleared === undefined) refuseValue(attribute.name, 'cannot be cleared: give a value.');
    else if (current !== undefined) operands.base(cleared);
  };
}

/** Set when the group is made, and fixed from then on. */
function fixed(name: string, off: string | undefined, held: (group: GroupListing) => boolean): Writer {
  return (operands, attribute, current) => {
    const isWanted = !isCleared(attribute) && booleanOf(attribute);
    if (current === undefined) {
      if (isWanted) operands.base(name);
      else if (off !== undefined) operands.base(off);
    } else if (held(current) !== isWanted) refuseValue(attribute.name, 'cannot be changed.');
  };
}

const BASE: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ['owner', operand('OWNER', word(8), undefined, ({ owner }) => owner)],
  ['supgroup', operand('SUPGROUP', word(8), undefined, ({ superiorGroup }) => superiorGroup)],
  ['model', operand('MODEL', dataSetName, 'NOMODEL', ({ model }) => model)],
  ['data', operand('DATA', quoted(255), 'NODATA', ({ data }) => data)],
  ['termuacc', fixed('TERMUACC', 'NOTERMUACC', ({ isTermuacc }) => isTermuacc)],
  ['universal', fixed('UNIVERSAL', undefined, ({ isUniversal }) => isUniversal)],
]);

function checkUnchanged(attribute: Attribute, held: readonly string[]): void {
  if (textsOf(attribute).join(' ').toUpperCase() !== held.join(' ').toUpperCase()) refuseValue(attribute.name, 'cannot be changed.');
}

function checkReadOnly(attribute: Attribute, current: GroupListing | undefined): void {
  if (current === undefined) {
    if (!isCleared(attribute)) refuseValue(attribute.name, 'cannot be set: RACF keeps it.');
    return;
  }
  const held: Readonly<Record<string, readonly string[]>> = { created: [current.created], subgroup: current.subgroups, users: current.users };
  checkUnchanged(attribute, held[attributeKey(attribute.name)] ?? []);
}

function collect(operands: Operands, attribute: Attribute, group: string, current: GroupListing | undefined, segments: readonly Segment[]): void {
  const key = attributeKey(attribute.name);
  // A RACF group has no name besides its ID.
  if (key === 'gid' || key === 'name' || key === attributeKey(NAME)) return checkUnchanged(attribute, [group]);
  if (READ_ONLY.includes(key)) return checkReadOnly(attribute, current);
  const segmentAttribute = SEGMENT_ATTRIBUTES.get(key);
  if (segmentAttribute !== undefined) return addSegmentOperand(operands, segmentAttribute, attribute, segments, current === undefined);
  const writer = BASE.get(key);
  if (writer === undefined) refuseValue(attribute.name, 'is not known to this connector.');
  return writer(operands, attribute, current);
}

/** ADDGROUP for a new group, ALTGROUP for one that is there; nothing where it is as asked. */
export function groupCommands(group: string, attributes: readonly Attribute[], current: GroupListing | undefined, segments: readonly Segment[]): readonly TsoCommand[] {
  const operands = new Operands();
  for (const attribute of attributes) collect(operands, attribute, group, current, segments);
  if (current === undefined) return [new TsoCommand('ADDGROUP', group, operands.parts())];
  return operands.isEmpty ? [] : [new TsoCommand('ALTGROUP', group, operands.parts())];
}

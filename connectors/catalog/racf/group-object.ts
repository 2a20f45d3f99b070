import { Attribute, ConnectorObject, GROUP, Name, Uid } from '../../../protocol/model/index.js';
import { segmentValues } from './attributes/listed-values.js';
import { GROUP_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import type { GroupListing } from './output/list-group.js';

function optional(name: string, value: string | undefined): Attribute[] {
  return value === undefined ? [] : [Attribute.of(name, value)];
}

const orNull = (name: string, values: readonly string[]): Attribute => new Attribute(name, values.length === 0 ? null : values);

/** A group profile as an object; Users and SUBGROUP are null where there are none. */
export function groupObject(group: GroupListing): ConnectorObject {
  return new ConnectorObject(GROUP, [
    new Uid(group.group), new Name(group.group), Attribute.of('GID', group.group),
    Attribute.of('OWNER', group.owner), Attribute.of('CREATED', group.created),
    ...optional('SUPGROUP', group.superiorGroup), ...optional('MODEL', group.model), ...optional('DATA', group.data),
    Attribute.of('TERMUACC', group.isTermuacc), Attribute.of('UNIVERSAL', group.isUniversal),
    orNull('SUBGROUP', group.subgroups), orNull('Users', group.users),
    ...segmentValues(GROUP_SEGMENT_ATTRIBUTES, group.segments),
  ]);
}

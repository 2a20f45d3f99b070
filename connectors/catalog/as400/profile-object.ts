import { ACCOUNT, Attribute, ConnectorObject, ENABLE, GROUP, Name, Uid, attributeKey } from '../../../protocol/model/index.js';
import type { Row } from './attributes/columns.js';
import { GROUP_ATTRIBUTES, PROFILE_ATTRIBUTES, type ProfileAttribute } from './attributes/profile-attributes.js';

export const PROFILE_NAME = 'AUTHORIZATION_NAME';

export function nameIn(row: Row): string {
  const name = row[PROFILE_NAME];
  return typeof name === 'string' ? name.trim() : '';
}

function valuesOf(table: readonly ProfileAttribute[], row: Row, zone: string): Attribute[] {
  return table.flatMap(({ name, read }) => {
    const values = read?.read(row, zone) ?? [];
    return values.length === 0 ? [] : [new Attribute(name, values)];
  });
}

function isEnabled(row: Row): boolean {
  return typeof row['STATUS'] === 'string' && row['STATUS'].trim() === '*ENABLED';
}

/** A user profile. USPRF and STATUS repeat `__NAME__` and `__ENABLE__` and are returned only when they are asked for. */
export function accountObject(row: Row, zone: string, asked: ReadonlySet<string> | undefined): ConnectorObject {
  const name = nameIn(row);
  const again = [Attribute.of('USPRF', name), Attribute.of('STATUS', isEnabled(row) ? 'enable' : 'disable')];
  return new ConnectorObject(ACCOUNT, [
    new Uid(name), new Name(name), Attribute.of(ENABLE, isEnabled(row)), ...valuesOf(PROFILE_ATTRIBUTES, row, zone),
    ...again.filter((attribute) => asked?.has(attributeKey(attribute.name))),
  ]);
}

export function groupObject(row: Row, zone: string): ConnectorObject {
  const name = nameIn(row);
  return new ConnectorObject(GROUP, [new Uid(name), new Name(name), ...valuesOf(GROUP_ATTRIBUTES, row, zone)]);
}

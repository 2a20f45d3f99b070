import {
  ACCOUNT, Attribute, ConnectorObject, Name, UID, Uid, attributeKey,
} from '../../../protocol/model/index.js';
import { trimmed, type Columns } from './format/columns.js';
import type { Row } from './format/table.js';

/** Makes connector objects of rows. Passwords are never among the attributes; an empty cell is an absent attribute. */
export class ObjectMapper {
  readonly #columns: Columns;
  /** Columns to publish beside uid and name. */
  readonly #wanted: readonly (readonly [index: number, attribute: string])[];

  /** `attributesToGet` undefined: all. The uid column appears under its own name only when it is asked for. */
  constructor(columns: Columns, attributesToGet: readonly string[] | undefined) {
    this.#columns = columns;
    const asked = attributesToGet === undefined ? undefined : new Set(attributesToGet.map(attributeKey));
    const ordinary = columns.attributes.flatMap((attribute, index): (readonly [number, string])[] => {
      if (index === columns.uid || index === columns.password) return [];
      return asked === undefined || asked.has(attributeKey(attribute)) ? [[index, attribute]] : [];
    });
    const alias = attributeKey(columns.uidAlias);
    const wantsAlias = asked?.has(alias) === true && alias !== attributeKey(UID) && !alias.startsWith('__');
    this.#wanted = wantsAlias ? [...ordinary, [columns.uid, columns.uidAlias]] : ordinary;
  }

  object(row: Row): ConnectorObject {
    const attributes: Attribute[] = [new Uid(row.uid), new Name(row.uid)];
    for (const [index, name] of this.#wanted) {
      const value = trimmed(row.fields[index] ?? '');
      if (value !== '') attributes.push(new Attribute(name, [value]));
    }
    return new ConnectorObject(ACCOUNT, attributes);
  }

  get columns(): Columns {
    return this.#columns;
  }
}

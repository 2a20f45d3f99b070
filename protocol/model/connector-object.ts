import { Attribute, Name, Uid, findAttribute } from './attribute.js';
import { ALL } from './names.js';

/** One object of a target: object class, uid, name and attributes. A Java peer refuses an object without uid or name. */
export class ConnectorObject {
  readonly objectClass: string;
  readonly uid: Uid;
  readonly name: Name;
  /** All attributes, uid and name among them. */
  readonly attributes: readonly Attribute[];

  /** `attributes` must hold one {@link Uid} and one {@link Name}. */
  constructor(objectClass: string, attributes: readonly Attribute[]) {
    if (objectClass === ALL) throw new TypeError('A connector object cannot have the object class __ALL__.');
    const uid = attributes.find((attribute) => attribute instanceof Uid);
    const name = attributes.find((attribute) => attribute instanceof Name);
    if (uid === undefined || name === undefined) throw new TypeError(`A connector object of ${objectClass} needs __UID__ and __NAME__.`);
    this.objectClass = objectClass;
    this.uid = uid;
    this.name = name;
    this.attributes = attributes;
  }

  get(name: string): Attribute | undefined {
    return findAttribute(this.attributes, name);
  }
}

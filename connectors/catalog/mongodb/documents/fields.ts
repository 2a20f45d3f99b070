import { ConnectorError, NAME, UID, attributeKey, type Attribute } from '../../../../protocol/model/index.js';
import type { DatabaseSession } from '../connection/mongo-session.js';

export const ID = '_id';

function refuse(message: string): never {
  throw new ConnectorError('invalidAttributeValue', message, { outcome: 'notApplied' });
}

/** What MongoDB reads as an operator or a path, or cannot store, is no name of a field; and ICF's own names have no field. */
export function isFieldName(name: string): boolean {
  return name !== '' && !name.startsWith('$') && !name.includes('.') && !name.includes('\0') && !name.startsWith('__');
}

/** Attributes by the field each is stored in. The spelling is that of the documents there are, or else the attribute's own. */
export class Fields {
  readonly #spellings: ReadonlyMap<string, readonly string[]>;
  readonly #nameField: string;

  private constructor(spellings: ReadonlyMap<string, readonly string[]>, nameField: string) {
    this.#spellings = spellings;
    this.#nameField = nameField;
  }

  static async of(session: DatabaseSession, collection: string, signal: AbortSignal): Promise<Fields> {
    return new Fields(await session.fieldNames.spellings(session, collection, signal), session.config.ICFName);
  }

  /** Throws `invalidAttributeValue` for an attribute no document can hold. */
  fieldOf(name: string): string {
    if (name === NAME) return this.#nameField;
    if (!isFieldName(name)) {
      refuse(name.startsWith('__') ? `Documents of MongoDB have no place for ${name}: leave it out, or write a script that knows one.` : `${JSON.stringify(name)} cannot be the name of a field of a document.`);
    }
    return this.#spellings.get(attributeKey(name))?.[0] ?? name;
  }

  /** The field of a filter; undefined where documents may spell it in several ways, or not at all. */
  fieldOfFilter(name: string): string | undefined {
    if (name === UID) return ID;
    if (name === NAME) return this.#nameField;
    if (!isFieldName(name) || name === this.#nameField || name === ID) return undefined;
    const spellings = this.#spellings.get(attributeKey(name)) ?? [];
    return spellings.length === 1 && spellings[0] === name ? name : undefined;
  }
}

/** The text of `__NAME__`, which an object has to have. */
export function requiredName(attributes: readonly Attribute[]): string {
  const value = attributes.find(({ name }) => name === NAME)?.values?.[0];
  return typeof value === 'string' && value.trim() !== '' ? value : refuse(`${NAME} is missing: a document needs a name.`);
}

/**
 * Reads the grammar of the object stream (protocol section 5.2) without our codec: which types a stream holds, and whether
 * it holds a Set or Map of several entries, whose order in Java is that of hash codes. It is what the codec is judged by.
 */

export interface StreamContents {
  /** How often each type occurs, arrays as `String[]`, null as `null`. */
  readonly types: ReadonlyMap<string, number>;
  /** Sets and Maps with two entries or more. */
  readonly unordered: number;
}

/** Fields that hold an object, by type; the empty name is the anonymous fields. All other fields hold raw values. */
const OBJECT_FIELDS: Readonly<Record<string, readonly string[]>> = {
  List: [''], Set: [''], Map: [''], MapEntry: [''], '[]': [''],
  Attribute: ['Values'], QualifiedUid: ['ObjectClass', 'Uid'], ConnectorObject: ['ObjectClass', 'Attributes'],
  Script: ['scriptText'], OperationOptions: ['options'], AttributeInfo: [''], ObjectClassInfo: ['AttributeInfos'],
  Schema: ['ObjectClassInfos', 'OperationOptionInfos', 'objectClassesByOperation', 'optionsByOperation'],
  ConnectorMessages: ['catalogs'], ConnectorInfo: ['ConnectorKey', 'ConnectorMessages', 'APIConfiguration'],
  APIConfiguration: ['connectorPoolConfiguration', 'resultsHandlerConfiguration', 'ConfigurationProperties', 'timeoutMap', 'SupportedOperations'],
  ConfigurationProperties: [''], ConfigurationProperty: ['value', 'operations'],
  AndFilter: [''], OrFilter: [''], NotFilter: [''], EqualsFilter: ['attribute'], ContainsAllValuesFilter: ['attribute'],
  StartsWithFilter: ['attribute'], EndsWithFilter: ['attribute'], ContainsFilter: ['attribute'], GreaterThanFilter: ['attribute'],
  GreaterThanOrEqualFilter: ['attribute'], LessThanFilter: ['attribute'], LessThanOrEqualFilter: ['attribute'], ExtendedMatchFilter: ['attribute'],
};

const RAW_TYPES: ReadonlySet<string> = new Set([
  'String', 'Integer', 'Long', 'Boolean', 'Double', 'Float', 'Character', 'Byte', 'ByteArray', 'BigInteger', 'BigDecimal', 'URI', 'File',
  'Locale', 'Class', 'GuardedString', 'GuardedByteArray', 'Name', 'Uid', 'ObjectClass', 'AttributeInfoFlag', 'SortKey',
  'OperationOptionInfo', 'ConnectorKey', 'ObjectPoolConfiguration', 'ResultsHandlerConfiguration', 'PresenceFilter',
]);

function objectFieldsOf(type: string): readonly string[] {
  if (type === 'null' || RAW_TYPES.has(type)) return [];
  const fields = OBJECT_FIELDS[type.endsWith('[]') ? '[]' : type];
  if (fields === undefined) throw new Error(`the scan does not know the type ${type}`);
  return fields;
}

class Scanner {
  readonly types = new Map<string, number>();
  unordered = 0;
  readonly #bytes: Buffer;
  readonly #names = new Map<number, string>();
  #at = 8;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes);
    if (this.#bytes.readUInt32BE(0) !== 0xfafb || this.#bytes.readUInt32BE(4) !== 2) throw new Error('no object stream');
    for (let count = this.#int(); count > 0; count--) {
      const length = this.#int();
      const name = this.#bytes.toString('utf8', this.#at, (this.#at += length));
      this.#names.set(this.#int(), name);
    }
  }

  whole(): StreamContents {
    this.#object();
    if (this.#at !== this.#bytes.length) throw new Error(`${this.#bytes.length - this.#at} bytes follow the object`);
    return this;
  }

  #int(): number {
    const value = this.#bytes.readInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  #byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  #name(): string {
    const code = this.#int();
    const name = this.#names.get(code);
    if (name === undefined) throw new Error(`code ${code} is not in the pool`);
    return name;
  }

  #type(): string {
    switch (this.#byte()) {
      case 0x3c: return 'null';
      case 0x3d: return this.#name();
      case 0x3e: return `${this.#type()}[]`;
      default: throw new Error(`no type at ${this.#at - 1}`);
    }
  }

  #object(): void {
    const type = this.#type();
    this.types.set(type, (this.types.get(type) ?? 0) + 1);
    const entries = this.#fields(type, objectFieldsOf(type));
    if ((type === 'Set' || type === 'Map') && entries > 1) this.unordered++;
  }

  /** Gives the number of anonymous fields. */
  #fields(type: string, objectFields: readonly string[]): number {
    let entries = 0;
    for (let tag = this.#byte(); tag !== 0x48; tag = this.#byte()) {
      const name = this.#fieldName(tag);
      const end = this.#int() + this.#at;
      if (name === '') entries++;
      if (objectFields.includes(name)) this.#object();
      else this.#at = end;
      if (this.#at !== end) throw new Error(`a field of ${type} ends at ${end}, its content at ${this.#at}`);
    }
    return entries;
  }

  #fieldName(tag: number): string {
    if (tag === 0x46) return '';
    if (tag === 0x47) return this.#name();
    throw new Error(`no field at ${this.#at - 1}`);
  }
}

/** What a stream holds. Throws when its grammar is broken or it holds a type that never travels here. */
export function scanStream(bytes: Uint8Array): StreamContents {
  return new Scanner(bytes).whole();
}

/** Whether there is only one way to write the value, so that two correct encoders write the same bytes. */
export function isCanonical({ unordered }: StreamContents): boolean {
  return unordered === 0;
}

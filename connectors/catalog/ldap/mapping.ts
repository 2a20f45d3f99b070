import { Attribute, ConnectorError, ConnectorObject, NAME, Name, UID, Uid, attributeKey, type IcfValue } from '../../../protocol/model/index.js';
import { GROUP } from '../../../protocol/model/index.js';
import { COMPUTED } from './active-directory/account-controls.js';
import { guidText, isGuidAttribute } from './active-directory/guid.js';
import type { SpecialAttribute } from './active-directory/special-attribute.js';
import { specialAttributes } from './active-directory/special-attributes.js';
import { isBinaryAttribute } from './binary-attributes.js';
import type { LdapSession } from './connection.js';
import { decodeText } from '../../framework/ber.js';
import type { Entry, EntryAttribute, ServerType } from './directory/contract.js';
import { textsOf } from './directory/received-attribute.js';
import { isDnAttribute, uidTextOf } from './find-entry.js';
import { MEMBER_ID, attributesForGroups, isGroupAttribute, readGroupAttributes } from './groups/read-groups.js';
import type { Subschema } from './schema/subschema.js';
import { timeForm } from './time-conversion.js';
import { generalizedTimeToIso, intervalToIso } from './time-values.js';

/** How entries of one search become connector objects, and what has to be asked for. */
export interface EntryMapper {
  /** LDAP attributes to ask for. */
  readonly attributes: readonly string[];
  /** A promise only where attributes have to be looked up elsewhere (group memberships). */
  map(entry: Entry, signal: AbortSignal): ConnectorObject | Promise<ConnectorObject>;
}

/** Names of attributes a mapper is kept with; each may come with options of its own. */
const MOST_OUTLETS = 500;
const SPECIAL = /^__.*__$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** How the values of one attribute are given out; undefined: not at all. */
interface Outlet { readonly name: string; readonly asked: AskedAttribute | undefined; readonly values: (attribute: EntryAttribute) => IcfValue[] }

/** Asked for by name, and empty where an entry has none: as in the Java connector, so that clients find the same keys. */
interface AskedAttribute {
  readonly empty: Attribute;
  /** Number of the last entry that has it. */
  foundIn: number;
}

/** Bytes that do not belong to a chunk of the socket, and are no Buffer. */
function copied(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

/** Text; what is no UTF-8 stays bytes rather than being mangled. */
function text(bytes: Uint8Array): IcfValue {
  const decoded = decodeText(bytes);
  if (!decoded.includes('\ufffd')) return decoded;
  try {
    return utf8.decode(bytes);
  } catch {
    return copied(bytes);
  }
}

function texts(attribute: EntryAttribute): IcfValue[] {
  const decoded = textsOf(attribute);
  return decoded.some((value) => value.includes('\ufffd')) ? attribute.values.map(text) : decoded;
}

function converted(convert: (value: string) => string): Outlet['values'] {
  return (attribute) => texts(attribute).map((value) => (typeof value === 'string' ? convert(value) : value));
}

const TIMES = { generalized: converted(generalizedTimeToIso), interval: converted(intervalToIso) } as const;

const copies: Outlet['values'] = ({ values }) => values.map(copied);

function guids(oldFormat: boolean): Outlet['values'] {
  return ({ values }) => values.map((bytes) => guidText(bytes, oldFormat) ?? copied(bytes));
}

class Mapper implements EntryMapper {
  readonly attributes: readonly string[];
  readonly #session: LdapSession;
  readonly #objectClass: string;
  readonly #schema: Subschema;
  /** Asked for by these names, by key; undefined: everything that is returned by default. */
  readonly #asked: ReadonlyMap<string, string> | undefined;
  readonly #computed: readonly string[];
  /** ICF's own attributes that are given out. */
  readonly #specials: readonly SpecialAttribute[];
  readonly #outlets = new Map<string, Outlet | undefined>();
  /** Names the DN is asked for by. */
  readonly #dnNames: readonly string[];
  /** By key. */
  readonly #wanted: ReadonlyMap<string, AskedAttribute>;
  readonly #serverType: ServerType;
  readonly #names: readonly string[] | undefined;
  #entries = 0;

  constructor(session: LdapSession, objectClass: string, asked: readonly string[] | undefined, schema: Subschema, serverType: ServerType) {
    const { config } = session;
    this.#session = session;
    this.#objectClass = objectClass;
    this.#schema = schema;
    this.#serverType = serverType;
    this.#names = asked;
    this.#asked = asked === undefined ? undefined : new Map(asked.map((name) => [attributeKey(name), name]));
    this.#dnNames = [...this.#asked?.values() ?? []].filter(isDnAttribute);
    const membersToo = config.getGroupMemberId && objectClass === GROUP;
    this.#computed = (asked ?? (membersToo ? [MEMBER_ID] : [])).filter((name) => isGroupAttribute(name) && (attributeKey(name) !== attributeKey(MEMBER_ID) || membersToo));
    const plain = asked === undefined ? ['*'] : asked.filter((name) => !SPECIAL.test(name) && !isDnAttribute(name) && !isGroupAttribute(name) && !name.includes(':'));
    this.#wanted = new Map(asked === undefined ? [] : plain.map((name) => [attributeKey(name), { empty: new Attribute(name, []), foundIn: 0 }]));
    const uid = isDnAttribute(config.uidAttribute) ? [] : [config.uidAttribute];
    this.#specials = specialAttributes(serverType, objectClass).filter(({ name, byDefault }) => this.#asked?.has(attributeKey(name)) ?? byDefault);
    this.attributes = [...new Set([...plain, ...uid, ...attributesForGroups(session, this.#computed), ...this.#specials.flatMap(({ native }) => native)])];
  }

  /** Whether it is the one for such a search of its session. */
  serves(objectClass: string, asked: readonly string[] | undefined, schema: Subschema, serverType: ServerType): boolean {
    return this.#objectClass === objectClass && this.#schema === schema && this.#serverType === serverType && this.#outlets.size <= MOST_OUTLETS
      && this.#names?.length === asked?.length && (asked?.every((name, index) => name === this.#names?.[index]) ?? true);
  }

  map(entry: Entry, signal: AbortSignal): ConnectorObject | Promise<ConnectorObject> {
    const number = ++this.#entries;
    const attributes: Attribute[] = [this.#uid(entry), new Name(entry.dn)];
    for (const name of this.#dnNames) attributes.push(new Attribute(name, [entry.dn]));
    for (const [key, attribute] of entry.attributes) {
      const outlet = this.#outletOf(key, attribute.name);
      if (outlet === undefined) continue;
      attributes.push(new Attribute(outlet.name, outlet.values(attribute)));
      if (outlet.asked !== undefined) outlet.asked.foundIn = number;
    }
    for (const special of this.#specials) {
      const value = special.read(entry);
      if (value !== undefined) attributes.push(new Attribute(special.name, [value]));
    }
    for (const { empty, foundIn } of this.#wanted.values()) if (foundIn !== number) attributes.push(empty);
    if (this.#computed.length === 0) return new ConnectorObject(this.#objectClass, attributes);
    return readGroupAttributes(this.#session, entry, this.#computed, signal).then((computed) => new ConnectorObject(this.#objectClass, [...attributes, ...computed]));
  }

  #uid(entry: Entry): Uid {
    const uid = uidTextOf(this.#session, entry);
    if (uid === undefined || uid.trim() === '') {
      throw new ConnectorError('configuration', `"${entry.dn}" at ${this.#session.directory.url} shows no ${this.#session.config.uidAttribute}. Correct uidAttribute, or let the principal read it.`);
    }
    return new Uid(uid);
  }

  #outletOf(key: string, name: string): Outlet | undefined {
    const known = this.#outlets.get(key);
    if (known !== undefined || this.#outlets.has(key)) return known;
    const outlet = this.#newOutlet(key, name);
    this.#outlets.set(key, outlet);
    return outlet;
  }

  #newOutlet(key: string, name: string): Outlet | undefined {
    const bare = name.replace(/;binary$/i, '');
    if (this.#asked === undefined) return this.#returnedByDefault(bare) ? { name: bare, asked: undefined, values: this.#valuesOf(name, bare) } : undefined;
    // `cn` asks for `cn;lang-fr` too.
    const asked = [key, attributeKey(bare), key.split(';')[0] ?? key].map((one) => this.#asked?.get(one)).find((one) => one !== undefined);
    if (asked === undefined) return undefined;
    const given = attributeKey(asked) === attributeKey(bare) ? asked : bare;
    return { name: given, asked: this.#wanted.get(attributeKey(given)), values: this.#valuesOf(name, bare) };
  }

  #valuesOf(name: string, bare: string): Outlet['values'] {
    const { config } = this.#session;
    if (isBinaryAttribute(name, config, this.#schema)) return copies;
    if (isGuidAttribute(bare, config)) return guids(config.useOldADGUIDFormat);
    const form = timeForm(bare, config);
    return form === undefined ? texts : TIMES[form];
  }

  /** Not passwords and what was only read to tell something else, and operational attributes only when asked for. */
  #returnedByDefault(name: string): boolean {
    return ![this.#session.config.passwordAttribute, COMPUTED].some((one) => attributeKey(one) === attributeKey(name)) && this.#schema.attribute(name)?.operational !== true;
  }
}

/** `asked` are names of ICF (attributes-to-get); undefined: what is returned by default, an empty list: identifiers only. */
export function entryMapper(session: LdapSession, objectClass: string, asked: readonly string[] | undefined, schema: Subschema, serverType: ServerType): EntryMapper {
  const known = lastMappers.get(session);
  if (known?.serves(objectClass, asked, schema, serverType) === true) return known;
  const mapper = new Mapper(session, objectClass, asked, schema, serverType);
  lastMappers.set(session, mapper);
  return mapper;
}

/** That of each session's last search: the next one, as a rule, asks for the same. */
const lastMappers = new WeakMap<LdapSession, Mapper>();

/** The LDAP attribute behind a name of ICF, for sorting; undefined for `__NAME__`, GUIDs and what is computed. */
export function sortableAttribute(name: string, session: LdapSession): string | undefined {
  if (attributeKey(name) === attributeKey(NAME) || isDnAttribute(name) || isGroupAttribute(name)) return undefined;
  const attribute = attributeKey(name) === attributeKey(UID) ? session.config.uidAttribute : name;
  return isDnAttribute(attribute) || isGuidAttribute(attribute, session.config) || SPECIAL.test(attribute) || attribute.includes(':') ? undefined : attribute;
}

import { readFile } from 'node:fs/promises';
import { describeConnector, specifiedProperties, type AnyConnector, type PropertyTable } from '../../connectors/framework/index.js';
import { DESCRIPTION_DEPARTURES, EXPANDED_PROPERTIES, INTERFACE_DEPARTURES, SPECIFICATION_DEPARTURES } from './specification-departures.js';

/** A row of a specification's property table; null where the source's cell was empty. */
export interface SpecifiedProperty {
  readonly group: string;
  readonly name: string;
  readonly type: string;
  readonly default: unknown;
  readonly confidential: boolean | null;
  readonly required: boolean | null;
}

export interface SpecifiedObjectClass {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly attributes: readonly { readonly name: string }[];
}

/** The part of a system's specification that a definition is held to. */
export interface SystemSpecification {
  readonly id: string;
  /** Where it comes from: file among the seeds, first and last line from 1. */
  readonly seed: { readonly file: string; readonly lines: readonly [from: number, to: number] };
  readonly interfaces: readonly string[];
  readonly behaviours: readonly string[];
  readonly objectClasses: readonly SpecifiedObjectClass[];
  readonly configurationProperties: readonly SpecifiedProperty[];
}

/** Connectors that share the specification of another. */
const SPECIFIED_WITH: Readonly<Record<string, string>> = { 'scripted-groovy-poolable': 'scripted-groovy' };

/** The specification a connector is held to, by the connector's id. */
const systemOf = (id: string): string => SPECIFIED_WITH[id] ?? id;

export async function specificationOf(id: string): Promise<SystemSpecification> {
  const file = new URL(`../specifications/systems/${systemOf(id)}.json`, import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as SystemSpecification;
}

type Row = Omit<SpecifiedProperty, 'group'>;

const byName = (a: Row, b: Row): number => (a.name < b.name ? -1 : 1);

/** The specification's rows by name, with what we knowingly have otherwise. A system of several connectors may repeat a row. */
async function expectedRows(id: string): Promise<Row[]> {
  const rows = new Map<string, Row>();
  for (const { name, type, default: value, confidential, required } of (await specificationOf(id)).configurationProperties) {
    const row = { name, type, default: value, confidential: confidential ?? false, required };
    const other = rows.get(name);
    if (other !== undefined && JSON.stringify(other) !== JSON.stringify(row)) throw new Error(`The specification ${id} has two different rows for ${name}.`);
    rows.set(name, row);
  }
  for (const { system, property, aspect, specified, ours } of SPECIFICATION_DEPARTURES.filter((departure) => departure.system === systemOf(id))) {
    const row = rows.get(property);
    if (row === undefined || JSON.stringify(row[aspect]) !== JSON.stringify(specified)) throw new Error(`${system}.${property}: the specification does not say ${JSON.stringify(specified)} for ${aspect}; correct specification-departures.ts.`);
    rows.set(property, { ...row, [aspect]: ours });
  }
  for (const { property, into, ours } of EXPANDED_PROPERTIES.filter(({ system }) => system === systemOf(id))) {
    const row = rows.get(property);
    if (row === undefined) throw new Error(`${id}.${property}: the specification has no such row; correct specification-departures.ts.`);
    rows.delete(property);
    for (const name of into) rows.set(name, { ...row, ...ours, name });
  }
  return [...rows.values()].sort(byName);
}

/**
 * A property table and its specification, row by row, for one `toEqual`. Where the specification is silent, ours says
 * nothing. What is ours alone is left out.
 */
export async function besideSpecification(id: string, table: PropertyTable): Promise<{ ours: readonly Row[]; specified: readonly Row[] }> {
  const specified = await expectedRows(id);
  const silent = new Set(specified.filter(({ required }) => required === null).map(({ name }) => name));
  const ours = Object.entries(specifiedProperties(table)).map(([name, property]): Row => ({
    name, type: property.type, default: property.default, confidential: property.confidential, required: silent.has(name) ? null : property.required,
  }));
  return { ours: ours.sort(byName), specified };
}

/** What a connector offers and what its specification lists, for one `toEqual`; Sync that comes of snapshots alone is ours. */
export async function interfacesBeside(connector: AnyConnector): Promise<{ ours: readonly string[]; specified: readonly string[] }> {
  const { interfaces } = await specificationOf(connector.id);
  const further = INTERFACE_DEPARTURES.filter(({ system }) => system === systemOf(connector.id)).flatMap(({ offered }) => offered);
  const specified = [...interfaces, ...further].sort();
  const snapshots = connector.properties['snapshotSync'] !== undefined && !specified.includes('Sync') ? 'Sync' : undefined;
  return { ours: describeConnector(connector).interfaces.filter((name) => name !== snapshots).sort(), specified };
}

/** Names that stand for others in a specification: `<each column>`, `xyz_*`. */
const isPlaceholder = (name: string): boolean => /[<>*…]/.test(name);

/** `class` and `class.attribute` of the specification that the definition does not describe, but for the departures known. */
export async function undescribed(connector: AnyConnector): Promise<readonly string[]> {
  const described = new Map(connector.objectClasses.flatMap(({ name, aliases, attributes }) =>
    [name, ...aliases].map((known) => [known, new Set(attributes.map((attribute) => attribute.name.toLowerCase()))] as const)));
  const missing = (await specificationOf(connector.id)).objectClasses.flatMap(({ name, aliases = [], attributes }) => {
    const known = [name, ...aliases].map((each) => described.get(each)).find((each) => each !== undefined);
    if (known === undefined) return [name];
    return attributes.filter((attribute) => !isPlaceholder(attribute.name) && !known.has(attribute.name.toLowerCase())).map((attribute) => `${name}.${attribute.name}`);
  });
  const accepted = DESCRIPTION_DEPARTURES.filter(({ system }) => system === systemOf(connector.id)).map(({ objectClass, attribute }) => (attribute === undefined ? objectClass : `${objectClass}.${attribute}`));
  const unneeded = accepted.filter((entry) => !missing.includes(entry)).map((entry) => `${entry} is described; correct specification-departures.ts`);
  return [...missing.filter((entry) => !accepted.includes(entry)), ...unneeded];
}

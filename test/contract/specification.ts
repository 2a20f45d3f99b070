import { readFile } from 'node:fs/promises';
import type { PropertyTable } from '../../connectors/framework/index.js';
import { SPECIFICATION_DEPARTURES } from './specification-departures.js';

/** A row of a specification's property table; null where the source's cell was empty. */
export interface SpecifiedProperty {
  readonly group: string;
  readonly name: string;
  readonly type: string;
  readonly default: unknown;
  readonly confidential: boolean | null;
  readonly required: boolean | null;
}

/** The part of a system's specification that a definition is held to. */
export interface SystemSpecification {
  readonly id: string;
  readonly interfaces: readonly string[];
  readonly behaviours: readonly string[];
  readonly configurationProperties: readonly SpecifiedProperty[];
}

export async function specificationOf(id: string): Promise<SystemSpecification> {
  const file = new URL(`../specifications/systems/${id}.json`, import.meta.url);
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
  for (const { system, property, aspect, specified, ours } of SPECIFICATION_DEPARTURES.filter((departure) => departure.system === id)) {
    const row = rows.get(property);
    if (row === undefined || JSON.stringify(row[aspect]) !== JSON.stringify(specified)) throw new Error(`${system}.${property}: the specification does not say ${JSON.stringify(specified)} for ${aspect}; correct specification-departures.ts.`);
    rows.set(property, { ...row, [aspect]: ours });
  }
  return [...rows.values()].sort(byName);
}

/** A property table and its specification, row by row, for one `toEqual`. Where the specification is silent, ours says nothing. */
export async function besideSpecification(id: string, table: PropertyTable): Promise<{ ours: readonly Row[]; specified: readonly Row[] }> {
  const specified = await expectedRows(id);
  const silent = new Set(specified.filter(({ required }) => required === null).map(({ name }) => name));
  const ours = Object.entries(table).map(([name, property]): Row => ({
    name, type: property.type, default: property.default, confidential: property.confidential, required: silent.has(name) ? null : property.required,
  }));
  return { ours: ours.sort(byName), specified };
}

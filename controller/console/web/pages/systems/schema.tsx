import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Json } from '../../api/rest.ts';
import { Card } from '../../components/card.tsx';
import { DataTable, type Column } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { Link } from '../../components/link.tsx';
import type { Provisioner, SchemaProperty } from './provisioner.ts';

type Row = SchemaProperty & { readonly name: string };

const COLUMNS: readonly Column<Row>[] = [
  { name: 'Property', value: ({ name }) => name },
  { name: 'Type', value: ({ type, items }) => (type === 'array' ? `list of ${itemType(items)}` : type) },
  { name: 'At the target', value: ({ nativeName }) => <code>{nativeName}</code> },
  { name: 'Flags', value: ({ required, flags }) => [...(required ? ['required'] : []), ...(Array.isArray(flags) ? flags.map(String) : [])].join(', ').toLowerCase().replaceAll('_', ' ') || '–' },
];

function itemType(items: Json | undefined): string {
  const type = typeof items === 'object' && items !== null && 'type' in items ? items['type'] : undefined;
  return typeof type === 'string' ? type : 'anything';
}

/** The object types of a system, and the properties of the one chosen. */
export function Schema({ system, provisioner: { objectTypes } }: { readonly system: string; readonly provisioner: Provisioner }): JSX.Element {
  const names = Object.keys(objectTypes);
  const [type = '', setType] = useState(names[0]);
  const chosen = objectTypes[type];
  if (chosen === undefined) return <Card title="Schema"><Empty title="No object types" /></Card>;
  const rows = Object.entries(chosen.properties).map(([name, property]): Row => ({ ...property, name }));
  return (
    <Card title="Schema" actions={<Link class="button" to={`objects/${encodeURIComponent(system)}/${encodeURIComponent(type)}`}>Browse objects</Link>}>
      <div class="choice" role="group" aria-label="Object type">{names.map((name) => <button key={name} type="button" aria-pressed={name === type} onClick={() => setType(name)}>{name}</button>)}</div>
      <p class="quiet">{chosen.nativeType === undefined ? '' : `Native type ${chosen.nativeType}, `}{rows.length} properties</p>
      <DataTable caption={`Properties of ${type}`} columns={COLUMNS} rows={rows} rowKey={({ name }) => name} empty="No properties" />
    </Card>
  );
}

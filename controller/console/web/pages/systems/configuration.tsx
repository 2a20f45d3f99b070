import type { JSX } from 'preact';
import type { Json, JsonObject } from '../../api/rest.ts';
import { Card } from '../../components/card.tsx';
import { DataTable, type Column } from '../../components/data-table.tsx';
import type { Provisioner } from './provisioner.ts';

interface Setting { readonly name: string; readonly value: Json }

const COLUMNS: readonly Column<Setting>[] = [{ name: 'Setting', value: ({ name }) => name }, { name: 'Value', value: ({ value }) => <code>{shown(value)}</code> }];

function shown(value: Json): string {
  if (value === null) return 'not set';
  // A masked or encrypted value: what it holds is of no use to people.
  if (typeof value === 'object' && '$crypto' in value) return '••••••••';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const settings = (of: JsonObject): readonly Setting[] => Object.entries(of).map(([name, value]) => ({ name, value }));

/** Secrets never leave the controller: it masks them before it answers. */
export function Configuration({ provisioner }: { readonly provisioner: Provisioner }): JSX.Element {
  const other = Object.entries(provisioner).filter(([name]) => !['connectorRef', 'configurationProperties', 'objectTypes'].includes(name) && !name.startsWith('_'));
  return (
    <>
      <Card title="Configuration"><DataTable caption="Configuration" columns={COLUMNS} rows={settings(provisioner.configurationProperties)} rowKey={({ name }) => name} empty="This connector has no settings" /></Card>
      <Card title="Connector"><DataTable caption="Connector" columns={COLUMNS} rows={settings(provisioner.connectorRef)} rowKey={({ name }) => name} empty="None" /></Card>
      <Card title="Everything else"><DataTable caption="Everything else" columns={COLUMNS} rows={settings(Object.fromEntries(other))} rowKey={({ name }) => name} empty="Nothing" /></Card>
    </>
  );
}

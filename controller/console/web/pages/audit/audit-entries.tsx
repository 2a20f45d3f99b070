import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf } from '../../api/rest.ts';
import { Card } from '../../components/card.tsx';
import type { Column } from '../../components/data-table.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Empty } from '../../components/empty.tsx';
import { FilterBuilder } from '../../components/filter-builder.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { PagedTable } from '../../components/paged-table.tsx';
import { moment } from '../../components/words.ts';
import { textOf } from '../objects/shown-value.tsx';
import type { AuditEntry, AuditTopic } from './topics.tsx';

/** Entries of a topic, newest first. */
export function AuditEntries({ of }: { readonly of: AuditTopic }): JSX.Element {
  const [filter, setFilter] = useState('true');
  const [shown, setShown] = useState<AuditEntry>();
  const [turn, setTurn] = useState(0);
  const path = `${pathOf('audit', of.topic)}?_queryFilter=${encodeURIComponent(filter)}&_sortKeys=-timestamp`;
  const columns: readonly Column<AuditEntry>[] = [
    { name: 'Time', value: (entry) => <button class="plain" type="button" onClick={() => setShown(entry)}>{moment(textOf(entry['timestamp']))}</button> }, ...of.columns,
  ];
  return (
    <>
      <Card title="Search"><FilterBuilder properties={of.properties} onFilter={setFilter} /></Card>
      <Card title={of.title} actions={<button class="button" type="button" onClick={() => setTurn(turn + 1)}>Refresh</button>}>
        <PagedTable<AuditEntry> key={`${path} ${turn}`} caption={of.title} path={path} columns={columns} empty={<Empty title="No entries">Nothing of this kind has happened, or the filter lets nothing through.</Empty>} />
      </Card>
      {shown === undefined ? null : <Dialog title="Audit entry" onClose={() => setShown(undefined)}><JsonView label="Audit entry" value={shown} /></Dialog>}
    </>
  );
}

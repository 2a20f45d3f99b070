import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { runs, type Run } from '../api/synchronisation.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { Field } from '../components/field.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage } from '../page.ts';
import { RunTable } from './reconciliations/run-table.tsx';

const isOpen = ({ state }: Run): boolean => state === 'ACTIVE' || state === 'AWAITING_APPROVAL';

function Reconciliations(): JSX.Element {
  const list = useLoad('runs', runs, { every: (rows) => (rows?.some(isOpen) === true ? 3_000 : 15_000) });
  return (
    <>
      <PageTitle title="Reconciliations" />
      <LoadedContent of={list}>{(rows) => <Listed runs={rows} />}</LoadedContent>
    </>
  );
}

function Listed({ runs: all }: { readonly runs: readonly Run[] }): JSX.Element {
  const [mapping, setMapping] = useState('');
  const shown = mapping === '' ? all : all.filter((run) => run.mapping === mapping);
  const open = shown.filter(isOpen);
  return (
    <>
      {new Set(all.map((run) => run.mapping)).size < 2 ? null : (
        <Card><Field label="Mapping"><select value={mapping} onChange={(event) => setMapping(event.currentTarget.value)}><option value="">all</option>{[...new Set(all.map((run) => run.mapping))].sort().map((name) => <option key={name} value={name}>{name}</option>)}</select></Field></Card>
      )}
      {open.length === 0 ? null : <Card title="Under way"><RunTable caption="Under way" runs={open} /></Card>}
      <Card title="Ended"><RunTable caption="Ended reconciliations" runs={shown.filter((run) => !isOpen(run))} /></Card>
    </>
  );
}

export const page: ConsolePage = { path: 'reconciliations', title: 'Reconciliations', navigation: { group: 'Synchronisation', order: 20, icon: '⇆' }, component: Reconciliations };

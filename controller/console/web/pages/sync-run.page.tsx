import type { JSX } from 'preact';
import { pathOf, rest } from '../api/rest.ts';
import type { SyncRun } from '../api/sync-history.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { Facts } from '../components/facts.tsx';
import { Figures } from '../components/figures.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { lasting, moment } from '../components/words.ts';
import type { ConsolePage, PageProps } from '../page.ts';
import { Changes } from './sync-history/changes.tsx';

function SyncRunPage({ params: { id = '' } }: PageProps): JSX.Element {
  const loaded = useLoad(`sync run ${id}`, (signal) => rest<SyncRun>({ method: 'GET', path: pathOf('sync', 'history', id), signal }), { every: (run) => (run?.ended === '' ? 3_000 : undefined) });
  return (
    <>
      <PageTitle title={loaded.data === undefined ? id : `LiveSync of ${loaded.data.source}`} above={[{ title: 'Sync history', to: 'sync-history' }]} />
      <LoadedContent of={loaded}>{(run) => (
        <>
          <Figures figures={[
            { name: 'Created', value: run.created.toLocaleString('en') }, { name: 'Updated', value: run.updated.toLocaleString('en') }, { name: 'Skipped', value: run.skipped.toLocaleString('en') },
            { name: 'Deleted', value: run.deleted.toLocaleString('en') }, { name: 'Failed', value: run.failed.toLocaleString('en'), needsAttention: run.failed > 0 },
          ]} />
          <Card title="About"><Facts facts={[['State', run.state], ['Started', moment(run.started)], ['Took', run.duration === null ? 'not over yet' : lasting(run.duration)], ['Asked by', run.caller], ['Message', run.message ?? 'none']]} /></Card>
          <Card title="Changes"><Changes of="run" value={id} /></Card>
        </>
      )}</LoadedContent>
    </>
  );
}

export const page: ConsolePage = { path: 'sync-history/:id', title: 'Run of liveSync', component: SyncRunPage };

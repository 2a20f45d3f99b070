import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { SyncRun } from '../api/sync-history.ts';
import { Card } from '../components/card.tsx';
import type { Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Field } from '../components/field.tsx';
import { Link } from '../components/link.tsx';
import { Mark } from '../components/mark.tsx';
import type { Tone } from '../components/notice.tsx';
import { PagedTable } from '../components/paged-table.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { lasting, moment } from '../components/words.ts';
import type { ConsolePage } from '../page.ts';
import { Changes } from './sync-history/changes.tsx';

const TONES: Readonly<Record<string, Tone>> = { ok: 'ok', stopped: 'warn', failed: 'bad', interrupted: 'warn' };
const count = (name: string, value: (run: SyncRun) => number): Column<SyncRun> => ({ name, isNumber: true, value: (run) => value(run).toLocaleString('en') });

const COLUMNS: readonly Column<SyncRun>[] = [
  { name: 'Started', value: ({ _id, started }) => <Link to={`sync-history/${encodeURIComponent(_id)}`}>{moment(started)}</Link> },
  { name: 'Source', value: ({ source }) => source }, { name: 'State', value: ({ state, message }) => <><Mark tone={TONES[state] ?? 'idle'}>{state}</Mark>{message === null ? null : <small>{message}</small>}</> },
  { name: 'Took', isTight: true, value: ({ duration }) => (duration === null ? '–' : lasting(duration)) },
  count('Created', ({ created }) => created), count('Updated', ({ updated }) => updated), count('Skipped', ({ skipped }) => skipped), count('Deleted', ({ deleted }) => deleted), count('Failed', ({ failed }) => failed),
];

function SyncHistory(): JSX.Element {
  const [object, setObject] = useState('');
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget).get('object');
    setObject(typeof given === 'string' ? given.trim() : '');
  };
  return (
    <>
      <PageTitle title="Sync history" />
      <Card title="One object">
        <form class="form" onSubmit={submit}>
          <Field label="Object" hint="With its set, on either side: system/hr/account/7"><input class="wide" name="object" spellcheck={false} autocomplete="off" /></Field>
          <div class="actions"><button class="button primary" type="submit">Show its history</button></div>
        </form>
        {object === '' ? null : <Changes of="resourceName" value={object} />}
      </Card>
      <Card title="Runs of liveSync"><PagedTable<SyncRun> caption="Runs of liveSync" path="sync/history?_queryFilter=true" columns={COLUMNS} every={10_000} empty={<Empty title="No runs yet">A schedule starts them, or system?_action=liveSync.</Empty>} /></Card>
    </>
  );
}

export const page: ConsolePage = { path: 'sync-history', title: 'Sync history', navigation: { group: 'Synchronisation', order: 30, icon: '↻' }, component: SyncHistory };

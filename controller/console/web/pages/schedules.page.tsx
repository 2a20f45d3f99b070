import type { JSX } from 'preact';
import { jobs, type Job } from '../api/schedules.ts';
import { useCan } from '../api/session.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { DataTable, type Column } from '../components/data-table.tsx';
import { Empty } from '../components/empty.tsx';
import { Link } from '../components/link.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage } from '../page.ts';
import { JobButtons } from './schedules/job-buttons.tsx';
import { RunHistory } from './schedules/run-history.tsx';
import { JobState, JobTimes, JobWork, TimeText } from './schedules/schedule-words.tsx';

const COLUMNS: readonly Column<Job>[] = [
  { name: 'Schedule', value: ({ _id }) => <Link to={`schedules/${encodeURIComponent(_id)}`}>{_id}</Link> },
  { name: 'State', value: (job) => <JobState job={job} /> }, { name: 'What', value: (job) => <JobWork job={job} /> }, { name: 'When', value: (job) => <JobTimes job={job} /> },
  { name: 'Next run', value: ({ nextRunDate }) => <TimeText iso={nextRunDate} /> }, { name: 'Last run', value: ({ previousRunDate }) => <TimeText iso={previousRunDate} /> },
];

function Schedules(): JSX.Element {
  const list = useLoad('jobs', jobs, { every: 10_000 });
  const may = useCan('operate');
  const columns = may ? [...COLUMNS, { name: 'Change', value: (job: Job) => <JobButtons job={job} onChange={list.reload} /> }] : COLUMNS;
  return (
    <>
      <PageTitle title="Schedules" />
      <Card>
        <LoadedContent of={list}>{(rows) => <DataTable caption="Schedules" columns={columns} rows={rows} rowKey={({ _id }) => _id} empty={<Empty title="No schedules yet">Put a file schedule-NAME.json into the configuration folder of the controller.</Empty>} />}</LoadedContent>
      </Card>
      <Card title="Last runs"><RunHistory path="scheduler/run" withNames /></Card>
    </>
  );
}

export const page: ConsolePage = { path: 'schedules', title: 'Schedules', navigation: { group: 'Synchronisation', order: 40, icon: '◷' }, component: Schedules };

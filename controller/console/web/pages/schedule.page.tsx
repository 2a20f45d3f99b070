import type { JSX } from 'preact';
import { pathOf, rest } from '../api/rest.ts';
import type { Job } from '../api/schedules.ts';
import { useCan } from '../api/session.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { Facts } from '../components/facts.tsx';
import { JsonView } from '../components/json-view.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { JobButtons } from './schedules/job-buttons.tsx';
import { RunHistory } from './schedules/run-history.tsx';
import { JobState, JobTimes, JobWork, TimeText } from './schedules/schedule-words.tsx';
import { TimesEditor } from './schedules/times-editor.tsx';

function SchedulePage({ params: { schedule: name = '' } }: PageProps): JSX.Element {
  const loaded = useLoad(`job ${name}`, (signal) => rest<Job>({ method: 'GET', path: pathOf('scheduler', 'job', name), signal }), { every: 10_000 });
  const [mayOperate, mayAdminister] = [useCan('operate'), useCan('administer')];
  return (
    <>
      <PageTitle title={name} above={[{ title: 'Schedules', to: 'schedules' }]} actions={mayOperate && loaded.data !== undefined ? <JobButtons job={loaded.data} onChange={loaded.reload} /> : null} />
      <LoadedContent of={loaded}>{(job) => (
        <>
          <Card title="About"><Facts facts={[['State', <JobState job={job} />], ['What', <JobWork job={job} />], ['When', <JobTimes job={job} />], ['Next run', <TimeText iso={job.nextRunDate} />], ['Last run', <TimeText iso={job.previousRunDate} />]]} /></Card>
          {mayAdminister && job.type === 'cron' ? <TimesEditor key={`${job.schedule} ${job.timeZone}`} job={job} onSaved={loaded.reload} /> : null}
          <Card title="Runs"><RunHistory path={pathOf('scheduler', 'job', name, 'run')} /></Card>
          <Card title="Definition"><JsonView label="Definition" value={job} /></Card>
        </>
      )}</LoadedContent>
    </>
  );
}

export const page: ConsolePage = { path: 'schedules/:schedule', title: 'Schedule', component: SchedulePage };

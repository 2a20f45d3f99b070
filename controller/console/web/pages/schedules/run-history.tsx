import type { JSX } from 'preact';
import type { ScheduleRun } from '../../api/schedules.ts';
import type { Column } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { Link } from '../../components/link.tsx';
import { Mark } from '../../components/mark.tsx';
import type { Tone } from '../../components/notice.tsx';
import { PagedTable } from '../../components/paged-table.tsx';
import { lasting, moment } from '../../components/words.ts';

const STATES: Readonly<Record<ScheduleRun['state'], readonly [Tone, string]>> = { RUNNING: ['idle', 'running'], SUCCESS: ['ok', 'done'], FAILED: ['bad', 'failed'], MISSED: ['warn', 'missed'], INTERRUPTED: ['warn', 'interrupted'] };
const NAME: Column<ScheduleRun> = { name: 'Schedule', value: ({ schedule }) => <Link to={`schedules/${encodeURIComponent(schedule)}`}>{schedule}</Link> };
const COLUMNS: readonly Column<ScheduleRun>[] = [
  { name: 'Time', value: ({ scheduledTime }) => moment(scheduledTime) },
  { name: 'State', value: ({ state }) => <Mark tone={STATES[state][0]}>{STATES[state][1]}</Mark> },
  { name: 'Took', isTight: true, value: ({ duration }) => (duration === null ? '–' : lasting(duration)) },
  { name: 'On', value: ({ controller }) => controller ?? '–' }, { name: 'Message', value: ({ message }) => message ?? '–' },
];

/** What schedules did, newest first; `path` of the API. */
export function RunHistory({ path, withNames = false }: { readonly path: string; readonly withNames?: boolean }): JSX.Element {
  return <PagedTable<ScheduleRun> caption="Runs of schedules" path={`${path}?_queryFilter=true`} columns={withNames ? [NAME, ...COLUMNS] : COLUMNS} pageSize={10} every={10_000} empty={<Empty title="No runs yet" />} />;
}

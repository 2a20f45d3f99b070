import type { JSX } from 'preact';
import { isPaused, type Job } from '../../api/schedules.ts';
import { Link } from '../../components/link.tsx';
import { Mark } from '../../components/mark.tsx';
import { fromNow, lasting, moment } from '../../components/words.ts';

export function JobState({ job }: { readonly job: Job }): JSX.Element {
  if (!job.enabled) return <Mark tone="idle">switched off</Mark>;
  if (isPaused(job)) return <Mark tone="warn">paused</Mark>;
  if (job.triggers.some(({ nodeId }) => nodeId !== null)) return <Mark tone="ok">running</Mark>;
  return job.nextRunDate === null ? <Mark tone="idle">over</Mark> : <Mark tone="ok">waits for its time</Mark>;
}

/** What a schedule does, in words. */
export function JobWork({ job: { invokeService, invokeContext } }: { readonly job: Job }): JSX.Element {
  const service = invokeService.split('.').at(-1) ?? invokeService;
  const mapping = invokeContext?.['mapping'];
  const source = invokeContext?.['source'];
  if (service === 'sync' && typeof mapping === 'string') return <>reconciles <Link to={`mappings/${encodeURIComponent(mapping)}`}>{mapping}</Link></>;
  if (service === 'provisioner' && typeof source === 'string') return <>{`follows the changes of ${source}`}</>;
  return <>{service === 'script' ? 'runs a script' : service}</>;
}

export function JobTimes({ job: { type, schedule, repeatInterval, timeZone } }: { readonly job: Job }): JSX.Element {
  if (type === 'simple') return <>{repeatInterval === 0 ? 'once' : `every ${lasting(repeatInterval)}`}</>;
  return <><code>{schedule}</code>{timeZone === null ? null : <small>{timeZone}</small>}</>;
}

/** A time that comes, or went by. */
export function TimeText({ iso }: { readonly iso: string | null }): JSX.Element {
  return iso === null ? <span class="quiet">–</span> : <>{fromNow(iso)}<small>{moment(iso)}</small></>;
}

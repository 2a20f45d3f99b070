import type { JSX } from 'preact';
import { pathOf, rest } from '../../api/rest.ts';
import { isPaused, type Job } from '../../api/schedules.ts';
import { toast } from '../../shell/toasts.tsx';

/** Pauses and goes on at once: either is taken back by the other. */
export function JobButtons({ job, onChange }: { readonly job: Job; readonly onChange: () => void }): JSX.Element {
  const act = (action: 'pause' | 'resume' | 'trigger', done: string): void => {
    rest({ method: 'POST', path: `${pathOf('scheduler', 'job', job._id)}?_action=${action}` })
      .then(() => toast('ok', done), (error: unknown) => toast('bad', error instanceof Error ? error.message : String(error)))
      .finally(onChange);
  };
  return (
    <span class="actions">
      {isPaused(job)
        ? <button class="button" type="button" aria-label={`Resume ${job._id}`} onClick={() => act('resume', `${job._id} goes on.`)}>Resume</button>
        : <button class="button" type="button" aria-label={`Pause ${job._id}`} onClick={() => act('pause', `${job._id} is paused.`)}>Pause</button>}
      <button class="button" type="button" aria-label={`Run now: ${job._id}`} onClick={() => act('trigger', `${job._id} was started.`)}>Run now</button>
    </span>
  );
}

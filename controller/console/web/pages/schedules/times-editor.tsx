import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { pathOf, rest, type RestRequest } from '../../api/rest.ts';
import { scheduleOf, type Job } from '../../api/schedules.ts';
import { useLoad } from '../../api/use-load.ts';
import { Card } from '../../components/card.tsx';
import { ConfirmedRequest } from '../../components/confirmed-request.tsx';
import { Field } from '../../components/field.tsx';
import { LoadedContent } from '../../components/loaded-content.tsx';
import { Notice } from '../../components/notice.tsx';
import { moment } from '../../components/words.ts';
import { toast } from '../../shell/toasts.tsx';

interface Preview { readonly valid: boolean; readonly times?: readonly string[]; readonly message?: string }

const TYPING = 400;

/** The expression and the zone of a schedule, with the times that would come of them. */
export function TimesEditor({ job, onSaved }: { readonly job: Job; readonly onSaved: () => void }): JSX.Element {
  const [cron, setCron] = useState(job.schedule ?? '');
  const [zone, setZone] = useState(job.timeZone ?? '');
  const [asked, setAsked] = useState({ cron, zone });
  const [request, setRequest] = useState<RestRequest>();
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ cron, zone }), TYPING);
    return () => clearTimeout(timer);
  }, [cron, zone]);
  const schedule = scheduleOf(job, { schedule: asked.cron, timeZone: asked.zone === '' ? null : asked.zone, enabled: true });
  const preview = useLoad(`times ${asked.cron} ${asked.zone}`, (signal) => rest<Preview>({ method: 'POST', path: 'scheduler?_action=preview', body: schedule, signal }));
  const isCurrent = asked.cron === cron && asked.zone === zone;
  return (
    <Card title="Times">
      <div class="form">
        <Field label="Expression" hint="Quartz: seconds, minutes, hours, day of month, month, day of week, year"><input class="wide" value={cron} spellcheck={false} onInput={(event) => setCron(event.currentTarget.value)} /></Field>
        <Field label="Time zone" hint="Such as Europe/Berlin; empty: the controller’s"><input value={zone} spellcheck={false} onInput={(event) => setZone(event.currentTarget.value)} /></Field>
        <div role="status"><LoadedContent of={preview}>{(coming) => <Coming preview={coming} />}</LoadedContent></div>
        <div class="actions"><button class="button primary" type="button" disabled={!isCurrent || preview.data?.valid !== true} onClick={() => setRequest({ method: 'PUT', path: pathOf('scheduler', 'job', job._id), body: scheduleOf(job, { schedule: cron, timeZone: zone === '' ? null : zone }) })}>Save</button></div>
      </div>
      {request === undefined ? null : <ConfirmedRequest title={`Change the times of ${job._id}?`} action="Save" request={request} onClose={() => setRequest(undefined)} onDone={() => { setRequest(undefined); toast('ok', 'The schedule has its new times.'); onSaved(); }} />}
    </Card>
  );
}

function Coming({ preview: { valid, times = [], message } }: { readonly preview: Preview }): JSX.Element {
  if (!valid) return <Notice tone="bad">{message ?? 'This is no expression.'}</Notice>;
  return times.length === 0 ? <Notice tone="warn">It would never run again.</Notice> : <><h3>The next times, as clocks here show them</h3><ol>{times.map((time) => <li key={time}>{moment(time)}</li>)}</ol></>;
}

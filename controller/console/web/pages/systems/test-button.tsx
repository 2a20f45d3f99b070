import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { pathOf, rest } from '../../api/rest.ts';
import { useCan } from '../../api/session.ts';
import { Mark } from '../../components/mark.tsx';

interface Status { readonly ok: boolean; readonly error?: string; readonly reason?: string }

/** Asks the target whether it answers. */
export function TestButton({ system }: { readonly system: string }): JSX.Element {
  const [status, setStatus] = useState<Status>();
  const [isBusy, setIsBusy] = useState(false);
  const may = useCan('operate');
  const test = (): void => {
    setIsBusy(true);
    rest<Status>({ method: 'POST', path: `${pathOf('system', system)}?_action=test` })
      .then(setStatus, (error: unknown) => setStatus({ ok: false, error: error instanceof Error ? error.message : String(error) }))
      .finally(() => setIsBusy(false));
  };
  return (
    <span class="actions">
      {may ? <button class="button" type="button" disabled={isBusy} aria-label={`Test ${system}`} onClick={test}>{isBusy ? 'Testing' : 'Test'}</button> : <span class="quiet">not for your role</span>}
      <span role="status">{status === undefined ? null : status.ok ? <Mark tone="ok">answers</Mark> : <Mark tone="bad">{[status.error, status.reason].filter((part) => part !== undefined).join(': ')}</Mark>}</span>
    </span>
  );
}

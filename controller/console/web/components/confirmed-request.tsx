import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { rest, type Json, type RestRequest } from '../api/rest.ts';
import { Dialog } from './dialog.tsx';
import { Notice } from './notice.tsx';
import { ShownRequest } from './shown-request.tsx';

export interface ConfirmedRequestProps {
  readonly title: string;
  readonly request: RestRequest;
  /** Of the button: what it does. */
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly onDone: (answer: Json) => void;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Asks before anything is changed, and shows the request as it will be sent. */
export function ConfirmedRequest({ title, request, action, isDangerous = false, onDone, onClose, children }: ConfirmedRequestProps): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const [isBusy, setIsBusy] = useState(false);
  const send = (): void => {
    setIsBusy(true);
    rest(request).then(onDone, (error: unknown) => {
      setProblem(error instanceof Error ? error.message : String(error));
      setIsBusy(false);
    });
  };
  return (
    <Dialog title={title} onClose={onClose}>
      {children}
      <ShownRequest request={request} />
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div class="actions end">
        <button class="button" type="button" onClick={onClose}>Cancel</button>
        <button class={`button ${isDangerous ? 'danger' : 'primary'}`} type="button" disabled={isBusy} onClick={send}>{action}</button>
      </div>
    </Dialog>
  );
}

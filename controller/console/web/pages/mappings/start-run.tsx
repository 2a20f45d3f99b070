import type { JSX, TargetedSubmitEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { JsonObject, RestRequest } from '../../api/rest.ts';
import type { MappingDocument } from '../../api/synchronisation.ts';
import { ConfirmedRequest } from '../../components/confirmed-request.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';
import { navigate } from '../../router.ts';
import { textOf } from '../objects/shown-value.tsx';

type Kind = 'full' | 'dry' | 'delta' | 'one';

function requestOf(mapping: string, kind: Kind, id: string): RestRequest {
  const query = `mapping=${encodeURIComponent(mapping)}`;
  if (kind === 'one') return { method: 'POST', path: `recon?_action=reconById&${query}&ids=${encodeURIComponent(id)}` };
  return { method: 'POST', path: `recon?_action=recon&${query}${kind === 'dry' ? '&dryRun=true' : kind === 'delta' ? '&delta=true' : ''}` };
}

/** Asks what is to be reconciled, shows the request, starts the run and goes to it. */
export function StartRun({ mapping, onClose }: { readonly mapping: MappingDocument; readonly onClose: () => void }): JSX.Element {
  const [kind, setKind] = useState<Kind>('full');
  const [request, setRequest] = useState<RestRequest>();
  const [id, setId] = useState('');
  if (request !== undefined) {
    return (
      <ConfirmedRequest title={`Start a run of ${mapping._id}?`} action="Start" request={request} onClose={onClose} onDone={(answer) => navigate(`reconciliations/${encodeURIComponent(textOf((answer as JsonObject)['_id']))}`)}>
        <p>{kind === 'dry' ? 'Nothing is changed: the report says what would be done.' : `Objects of ${mapping.target ?? 'the target'} are changed as the mapping says. A run that wants more than its thresholds allow asks first.`}</p>
      </ConfirmedRequest>
    );
  }
  const submit = (event: TargetedSubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    setRequest(requestOf(mapping._id, kind, id));
  };
  const kinds: readonly (readonly [Kind, string])[] = [
    ['full', 'Everything'], ['dry', 'Dry run: find out what would be done'], ...(mapping.deltaReconciliation ? [['delta', 'Delta: read only what has changed'] as const] : []), ['one', 'One source object'],
  ];
  return (
    <Dialog title={`Reconcile ${mapping._id}`} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <fieldset class="choices"><legend>What</legend>{kinds.map(([value, words]) => <label key={value}><input type="radio" name="kind" value={value} checked={kind === value} onChange={() => setKind(value)} />{words}</label>)}</fieldset>
        {kind === 'one' ? <Field label="Id of the source object"><input required autocomplete="off" spellcheck={false} value={id} onInput={(event) => setId(event.currentTarget.value)} /></Field> : null}
        <div class="actions end"><button class="button" type="button" onClick={onClose}>Cancel</button><button class="button primary" type="submit">Go on</button></div>
      </form>
    </Dialog>
  );
}

import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { rest, type Json, type RestRequest } from '../api/rest.ts';
import { useCan } from '../api/session.ts';
import { useLoad } from '../api/use-load.ts';
import { Card } from '../components/card.tsx';
import { ConfirmedRequest } from '../components/confirmed-request.tsx';
import { Facts } from '../components/facts.tsx';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { navigate } from '../router.ts';
import { toast } from '../shell/toasts.tsx';
import { MANAGED, collectionOf, propertiesOf } from './objects/object-collection.ts';
import type { SystemObject } from './objects/object-search.ts';
import { PatchEditor } from './objects/patch-editor.tsx';
import { ShownValue } from './objects/shown-value.tsx';

type Step = { readonly kind: 'none' } | { readonly kind: 'editing' } | { readonly kind: 'patch'; readonly operations: Json } | { readonly kind: 'delete' };

function ObjectPage({ params: { system = '', type = '', id = '' } }: PageProps): JSX.Element {
  const path = collectionOf(system, type, id);
  const list = `objects/${encodeURIComponent(system)}/${encodeURIComponent(type)}`;
  const object = useLoad(path, (signal) => rest<SystemObject>({ method: 'GET', path, signal }));
  const schema = useLoad(`schema ${system} ${type}`, async (signal) => (await propertiesOf(system, type, signal)).all);
  const [step, setStep] = useState<Step>({ kind: 'none' });
  const may = useCan('administer');
  const over = (text: string, then: () => void): void => {
    setStep({ kind: 'none' });
    toast('ok', text);
    then();
  };
  const request: RestRequest = step.kind === 'patch' ? { method: 'PATCH', path, body: step.operations } : { method: 'DELETE', path };
  return (
    <>
      <PageTitle title={id} above={[{ title: 'Objects', to: 'objects' }, ...(system === MANAGED ? [] : [{ title: system, to: `systems/${encodeURIComponent(system)}` }]), { title: type, to: list }]}
        actions={may ? <><button class="button" type="button" onClick={() => setStep({ kind: 'editing' })}>Patch</button><button class="button danger" type="button" onClick={() => setStep({ kind: 'delete' })}>Delete</button></> : null} />
      <Card title="Properties">
        <LoadedContent of={object}>{(shown) => <Facts facts={Object.entries(shown).map(([name, value]) => [name, <ShownValue value={value} />])} />}</LoadedContent>
      </Card>
      {step.kind === 'editing' ? <PatchEditor properties={schema.data ?? []} onPatch={(operations) => setStep({ kind: 'patch', operations })} onClose={() => setStep({ kind: 'none' })} /> : null}
      {step.kind === 'patch' ? <ConfirmedRequest title="Send this patch?" action="Send" request={request} onClose={() => setStep({ kind: 'none' })} onDone={() => over(`${id} is patched.`, object.reload)} /> : null}
      {step.kind === 'delete' ? <ConfirmedRequest title="Delete this object?" action="Delete" isDangerous request={request} onClose={() => setStep({ kind: 'none' })} onDone={() => over(`${id} is deleted.`, () => navigate(list))} /> : null}
    </>
  );
}

export const page: ConsolePage = { path: 'objects/:system/:type/:id', title: 'Object', component: ObjectPage };

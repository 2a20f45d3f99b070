import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { rest, type JsonObject, type RestRequest } from '../../api/rest.ts';
import { useCan } from '../../api/session.ts';
import type { MappingDocument } from '../../api/synchronisation.ts';
import { ConfirmedRequest } from '../../components/confirmed-request.tsx';
import { Field } from '../../components/field.tsx';
import { JsonView } from '../../components/json-view.tsx';
import { Notice } from '../../components/notice.tsx';
import { toast } from '../../shell/toasts.tsx';

/** The mapping as JSON; saved by a patch of config/sync, which refuses what cannot be used. */
export function MappingEditor({ mapping, onSaved }: { readonly mapping: MappingDocument; readonly onSaved: () => void }): JSX.Element {
  const [text, setText] = useState(() => JSON.stringify(mapping.definition, null, 2));
  const [problem, setProblem] = useState<string>();
  const [request, setRequest] = useState<RestRequest>();
  const may = useCan('administer');
  if (!may) return <JsonView label="Mapping" value={mapping.definition} />;
  const ask = async (): Promise<void> => {
    setProblem(undefined);
    setRequest(await saving(mapping, text));
  };
  const failed = (error: unknown): void => setProblem(error instanceof Error ? error.message : String(error));
  return (
    <div class="form">
      <Field label="Mapping" hint="As it stands in sync.json"><textarea class="tall" spellcheck={false} value={text} aria-invalid={problem !== undefined} onInput={(event) => setText(event.currentTarget.value)} /></Field>
      <div role="alert">{problem === undefined ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div class="actions"><button class="button primary" type="button" onClick={() => void ask().catch(failed)}>Save</button><button class="button" type="button" onClick={() => { setText(JSON.stringify(mapping.definition, null, 2)); setProblem(undefined); }}>Undo changes</button></div>
      {request === undefined ? null : (
        <ConfirmedRequest title={`Save the mapping ${mapping._id}?`} action="Save" request={request} onClose={() => setRequest(undefined)}
          onDone={() => { setRequest(undefined); toast('ok', 'The mapping is saved. The next run and the next change use it.'); onSaved(); }}>
          <p>It is checked first; when it cannot be used, nothing is changed.</p>
        </ConfirmedRequest>
      )}
    </div>
  );
}

/** Rejects with where the text is no mapping, and when the mapping is another one by now. */
async function saving({ _id: name, definition }: MappingDocument, text: string): Promise<RestRequest> {
  const value = parsed(text);
  const { mappings } = await rest<{ mappings: readonly JsonObject[] }>({ method: 'GET', path: 'config/sync' });
  const at = mappings.findIndex((each) => each['name'] === name);
  if (at < 0) throw new Error(`sync.json has no mapping ${name} any more.`);
  if (JSON.stringify(mappings[at]) !== JSON.stringify(definition)) throw new Error('Somebody has changed this mapping since it was shown here. Undo your changes, or load the page again.');
  return { method: 'PATCH', path: 'config/sync', body: [{ operation: 'replace', field: '/mappings', value: mappings.with(at, value) }] };
}

function parsed(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`This is no JSON: ${error instanceof Error ? error.message : 'unknown reason'}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('A mapping is a JSON object: {"name": …}');
  return value as JsonObject;
}

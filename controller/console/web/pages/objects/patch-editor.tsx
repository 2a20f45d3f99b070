import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Json } from '../../api/rest.ts';
import { Dialog } from '../../components/dialog.tsx';
import { Field } from '../../components/field.tsx';

export interface PatchEditorProps {
  readonly properties: readonly string[];
  /** The operations of the patch. */
  readonly onPatch: (operations: Json) => void;
  readonly onClose: () => void;
}

interface Change { readonly operation: string; readonly field: string; readonly value: string }

/** Text that is JSON is taken as JSON: a number, true, a list; anything else is a text. */
function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
}

/** One change of one property after the other. */
export function PatchEditor({ properties, onPatch, onClose }: PatchEditorProps): JSX.Element {
  const [changes, setChanges] = useState<readonly Change[]>([{ operation: 'replace', field: properties[0] ?? '', value: '' }]);
  const change = (at: number, part: Partial<Change>): void => setChanges(changes.map((each, index) => (index === at ? { ...each, ...part } : each)));
  const submit = (event: Event): void => {
    event.preventDefault();
    onPatch(changes.map(({ operation, field, value }) => ({ operation, field: `/${field}`, ...(operation === 'remove' && value === '' ? {} : { value: valueOf(value) }) })));
  };
  return (
    <Dialog title="Patch" onClose={onClose}>
      <form class="form" onSubmit={submit}>
        {changes.map(({ operation, field, value }, at) => (
          <div class="test" key={at}>
            <select aria-label="Operation" value={operation} onChange={(event) => change(at, { operation: event.currentTarget.value })}>{['replace', 'add', 'remove', 'increment'].map((name) => <option key={name}>{name}</option>)}</select>
            <select aria-label="Property" value={field} onChange={(event) => change(at, { field: event.currentTarget.value })}>{properties.map((name) => <option key={name}>{name}</option>)}</select>
            <Field label="Value" hint='A text, or JSON: 5, true, ["a", "b"]'><input value={value} onInput={(event) => change(at, { value: event.currentTarget.value })} /></Field>
          </div>
        ))}
        <div class="actions end">
          <button class="button" type="button" onClick={() => setChanges([...changes, { operation: 'replace', field: properties[0] ?? '', value: '' }])}>Add a change</button>
          <button class="button" type="button" onClick={onClose}>Cancel</button>
          <button class="button primary" type="submit">Show the request</button>
        </div>
      </form>
    </Dialog>
  );
}

import type { JSX } from 'preact';
import type { Json } from '../../api/rest.ts';
import { textOf } from '../objects/shown-value.tsx';

/** A slot of a mapping: a script, a filter, or a value. */
export function ScriptText({ value }: { readonly value: Json | undefined }): JSX.Element {
  if (value === undefined || value === null) return <span class="quiet">–</span>;
  if (typeof value === 'object' && !Array.isArray(value) && 'type' in value) {
    const { source, file } = value as { readonly source?: Json; readonly file?: Json };
    return <code>{typeof source === 'string' ? source : `file ${textOf(file)}`}</code>;
  }
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}

import type { JSX } from 'preact';
import type { Json } from '../../api/rest.ts';

const LONGEST = 120;

/** A value in a table's cell: as text, whatever it holds. */
export function ShownValue({ value }: { readonly value: Json | undefined }): JSX.Element {
  const text = textOf(value);
  return text === '' ? <span class="quiet">–</span> : <span title={text.length > LONGEST ? text : undefined}>{text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text}</span>;
}

export function textOf(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map((item: Json) => textOf(item)).join(', ') : JSON.stringify(value);
}

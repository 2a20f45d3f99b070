import type { JSX } from 'preact';
import type { Json } from '../api/rest.ts';

/** JSON as it is, indented. */
export function JsonView({ label, value }: { readonly label: string; readonly value: Json }): JSX.Element {
  return <pre tabIndex={0} role="region" aria-label={label}>{JSON.stringify(value, null, 2)}</pre>;
}

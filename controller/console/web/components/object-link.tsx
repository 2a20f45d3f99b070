import type { JSX } from 'preact';
import { Link } from './link.tsx';

/** An object by its full id, `system/hr/account/7` or `managed/user/7`: a link to it where it is one. */
export function ObjectLink({ id }: { readonly id: string | null | undefined }): JSX.Element {
  if (id === null || id === undefined || id === '') return <span class="quiet">–</span>;
  const [kind = '', ...rest] = id.split('/');
  const [system = '', type = '', ...parts] = kind === 'managed' ? [kind, ...rest] : rest;
  const object = parts.join('/');
  if ((kind !== 'system' && kind !== 'managed') || object === '') return <>{id}</>;
  return <><Link to={`objects/${[system, type, object].map(encodeURIComponent).join('/')}`}>{object}</Link><small>{`${system}/${type}`}</small></>;
}

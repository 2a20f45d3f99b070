import type { ComponentChildren, JSX } from 'preact';
import type { Loaded } from '../api/use-load.ts';
import { Notice } from './notice.tsx';
import { Skeleton } from './skeleton.tsx';

/** What has been loaded, or that it is on its way, or why it is not there. What came before stays to be seen when asking again fails. */
export function LoadedContent<T>({ of, children }: { readonly of: Loaded<T>; readonly children: (data: T) => ComponentChildren }): JSX.Element {
  return (
    <>
      {of.error === undefined ? null : <Notice tone="bad">{of.error} <button class="plain" type="button" onClick={of.reload}>Try again</button></Notice>}
      {of.data === undefined ? (of.error === undefined ? <Skeleton /> : null) : children(of.data)}
    </>
  );
}

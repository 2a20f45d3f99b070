import type { ComponentChildren, JSX } from 'preact';

/** Where nothing is: what that means, and what to do. */
export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return <div class="empty-state"><p><strong>{title}</strong></p>{children === undefined ? null : <p>{children}</p>}</div>;
}

import type { ComponentChildren, JSX } from 'preact';
import { Link } from './link.tsx';

export interface PageTitleProps {
  readonly title: string;
  /** Pages above this one. */
  readonly above?: readonly { readonly title: string; readonly to: string }[];
  readonly actions?: ComponentChildren;
}

/** The head of a page. */
export function PageTitle({ title, above = [], actions }: PageTitleProps): JSX.Element {
  return (
    <div class="page-title">
      <div>
        {above.length === 0 ? null : <nav class="above" aria-label="Above this page">{above.map((page) => <span key={page.to}><Link to={page.to}>{page.title}</Link> / </span>)}</nav>}
        <h1>{title}</h1>
      </div>
      <div class="actions">{actions}</div>
    </div>
  );
}

import type { ComponentChildren, JSX } from 'preact';

export interface CardProps {
  readonly title?: string;
  /** Buttons beside the title. */
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Card({ title, actions, children }: CardProps): JSX.Element {
  return (
    <section class="card" {...(title === undefined ? {} : { 'aria-label': title })}>
      {title === undefined && actions === undefined ? null : <div class="title">{title === undefined ? null : <h2>{title}</h2>}<div class="actions">{actions}</div></div>}
      {children}
    </section>
  );
}

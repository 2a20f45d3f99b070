import type { ComponentChildren, JSX, TargetedMouseEvent } from 'preact';
import { BASE, navigate } from '../router.ts';

export interface LinkProps {
  /** Behind `/console/`, encoded. */
  readonly to: string;
  readonly current?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link to another page of the console. */
export function Link({ to, current = false, class: name, children }: LinkProps): JSX.Element {
  const follow = (event: TargetedMouseEvent<HTMLAnchorElement>): void => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
  };
  return <a href={BASE + to} onClick={follow} {...(current ? { 'aria-current': 'page' as const } : {})} {...(name === undefined ? {} : { class: name })}>{children}</a>;
}

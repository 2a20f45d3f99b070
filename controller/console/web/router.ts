import { useEffect, useState } from 'preact/hooks';
import type { ConsolePage } from './page.ts';

export const BASE = '/console/';

const changed = new Set<() => void>();

/** Goes to a path behind `/console/`. */
export function navigate(path: string): void {
  history.pushState(null, '', BASE + path);
  for (const listener of changed) listener();
  scrollTo(0, 0);
}

/** The path behind `/console/`, and what follows the question mark. */
export function useLocation(): { readonly path: string; readonly search: URLSearchParams } {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = (): void => redraw((before) => before + 1);
    changed.add(listener);
    addEventListener('popstate', listener);
    return () => {
      changed.delete(listener);
      removeEventListener('popstate', listener);
    };
  }, []);
  return { path: location.pathname.slice(BASE.length), search: new URLSearchParams(location.search) };
}

export interface Found {
  readonly page: ConsolePage;
  readonly params: Readonly<Record<string, string>>;
}

/** The page of a path; undefined when there is none. */
export function findPage(pages: readonly ConsolePage[], path: string): Found | undefined {
  const given = path.split('/').filter((segment) => segment !== '');
  for (const page of pages) {
    const wanted = page.path.split('/').filter((segment) => segment !== '');
    if (wanted.length !== given.length || !wanted.every((segment, at) => segment.startsWith(':') || segment === given[at])) continue;
    try {
      return { page, params: Object.fromEntries(wanted.flatMap((segment, at) => (segment.startsWith(':') ? [[segment.slice(1), decodeURIComponent(given[at] ?? '')]] : []))) };
    } catch {
      return undefined; // a bad percent-encoding
    }
  }
  return undefined;
}

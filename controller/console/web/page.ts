import type { ComponentType } from 'preact';
import type { Capability } from './api/session.ts';

export interface PageProps {
  /** The `:names` of the path, decoded. */
  readonly params: Readonly<Record<string, string>>;
}

/** What a file `pages/NAME.page.tsx` exports as `page`. The build finds the files; see README.md. */
export interface ConsolePage {
  /** Behind `/console/`: `systems/:system`. */
  readonly path: string;
  readonly title: string;
  /** Its place in the navigation; a page without is reached from others. */
  readonly navigation?: { readonly group: 'Fleet' | 'Data' | 'Synchronisation' | 'Administration'; readonly order: number; readonly icon: string };
  /** Who sees it; the server refuses the others all the same. */
  readonly needs?: Capability;
  readonly component: ComponentType<PageProps>;
}

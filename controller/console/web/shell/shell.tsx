import type { JSX } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { SessionContext, allows } from '../api/session.ts';
import { Brand } from '../components/brand.tsx';
import { Empty } from '../components/empty.tsx';
import type { ConsolePage } from '../page.ts';
import { findPage, useLocation } from '../router.ts';
import { Navigation } from './navigation.tsx';
import { UserBar } from './user-bar.tsx';

/** The frame of every page: navigation beside it, or above it where there is little room. */
export function Shell({ pages, onSignOut }: { readonly pages: readonly ConsolePage[]; readonly onSignOut: () => void }): JSX.Element {
  const user = useContext(SessionContext);
  const { path } = useLocation();
  const [isOpen, setIsOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const found = findPage(pages, path);
  const page = found !== undefined && allows(user, found.page.needs ?? 'read') ? found.page : undefined;
  useEffect(() => {
    document.title = `${page?.title ?? 'Not found'} · Causeway`;
    setIsOpen(false);
    // Whoever follows a link by keyboard goes on from the page, not from the link.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [path]);
  return (
    <div class="shell">
      <a class="skip" href="#main">Skip to the page</a>
      <header class="side" data-open={isOpen}>
        <div class="side-top">
          <Brand />
          <button class="button menu" type="button" aria-expanded={isOpen} aria-controls="navigation" onClick={() => setIsOpen(!isOpen)}>Menu</button>
        </div>
        <Navigation pages={pages.filter(({ needs }) => allows(user, needs ?? 'read'))} path={path} />
        <UserBar onSignOut={onSignOut} />
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {page === undefined || found === undefined
          ? <><h1>Not found</h1><Empty title="There is no such page">Nothing is at this address, or your role may not see it.</Empty></>
          : <page.component key={path} params={found.params} />}
      </main>
    </div>
  );
}

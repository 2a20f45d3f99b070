import type { JSX } from 'preact';
import { Link } from '../components/link.tsx';
import type { ConsolePage } from '../page.ts';

const GROUPS = ['Fleet', 'Data', 'Synchronisation', 'Administration'] as const;

/** Groups without a page are left out. */
export function Navigation({ pages, path }: { readonly pages: readonly ConsolePage[]; readonly path: string }): JSX.Element {
  return (
    <nav id="navigation" aria-label="Pages">
      {GROUPS.map((group) => {
        const members = pages.filter(({ navigation }) => navigation?.group === group).sort((left, right) => (left.navigation?.order ?? 0) - (right.navigation?.order ?? 0));
        return members.length === 0 ? null : (
          <section key={group}>
            <h2>{group}</h2>
            <ul>{members.map((page) => <li key={page.path}><Entry page={page} isHere={page.path === '' ? path === '' : path === page.path || path.startsWith(`${page.path}/`)} /></li>)}</ul>
          </section>
        );
      })}
    </nav>
  );
}

function Entry({ page, isHere }: { readonly page: ConsolePage; readonly isHere: boolean }): JSX.Element {
  return <Link to={page.path} current={isHere}><span class="glyph" aria-hidden="true">{page.navigation?.icon}</span>{page.title}</Link>;
}

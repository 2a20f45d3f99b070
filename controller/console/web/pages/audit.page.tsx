import type { JSX } from 'preact';
import { Tabs } from '../components/tabs.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { useLocation } from '../router.ts';
import type { ConsolePage } from '../page.ts';
import { AuditEntries } from './audit/audit-entries.tsx';
import { TOPICS } from './audit/topics.tsx';

function Audit(): JSX.Element {
  const { search } = useLocation();
  const wanted = search.get('topic');
  const first = TOPICS.filter(({ topic }) => topic === wanted);
  return (
    <>
      <PageTitle title="Audit" />
      <Tabs label="Topics" tabs={[...first, ...TOPICS.filter((each) => !first.includes(each))].map((of) => ({ name: of.title, content: () => <AuditEntries key={of.topic} of={of} /> }))} />
    </>
  );
}

export const page: ConsolePage = { path: 'audit', title: 'Audit', navigation: { group: 'Administration', order: 20, icon: '≡' }, component: Audit };

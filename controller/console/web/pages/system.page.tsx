import type { JSX } from 'preact';
import { useLoad } from '../api/use-load.ts';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import { Tabs } from '../components/tabs.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { Configuration } from './systems/configuration.tsx';
import { provisionerOf } from './systems/provisioner.ts';
import { Schema } from './systems/schema.tsx';
import { TestButton } from './systems/test-button.tsx';

function SystemPage({ params: { system = '' } }: PageProps): JSX.Element {
  const provisioner = useLoad(`provisioner ${system}`, (signal) => provisionerOf(system, signal));
  return (
    <>
      <PageTitle title={system} above={[{ title: 'Systems', to: 'systems' }]} actions={<TestButton system={system} />} />
      <LoadedContent of={provisioner}>{(found) => <Tabs label="View" tabs={[
        { name: 'Schema', content: () => <Schema system={system} provisioner={found} /> },
        { name: 'Configuration', content: () => <Configuration provisioner={found} /> },
      ]} />}</LoadedContent>
    </>
  );
}

export const page: ConsolePage = { path: 'systems/:system', title: 'System', component: SystemPage };

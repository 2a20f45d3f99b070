import type { JSX } from 'preact';
import { useLoad } from '../api/use-load.ts';
import { LoadedContent } from '../components/loaded-content.tsx';
import { PageTitle } from '../components/page-title.tsx';
import type { ConsolePage, PageProps } from '../page.ts';
import { ObjectList } from './objects/object-list.tsx';
import { MANAGED, propertiesOf } from './objects/object-collection.ts';

function ObjectListPage({ params: { system = '', type = '' } }: PageProps): JSX.Element {
  const schema = useLoad(`schema ${system} ${type}`, (signal) => propertiesOf(system, type, signal));
  return (
    <>
      <PageTitle title={type} above={[{ title: 'Objects', to: 'objects' }, ...(system === MANAGED ? [] : [{ title: system, to: `systems/${encodeURIComponent(system)}` }])]} />
      <LoadedContent of={schema}>{(properties) => <ObjectList system={system} type={type} properties={properties} />}</LoadedContent>
    </>
  );
}

export const page: ConsolePage = { path: 'objects/:system/:type', title: 'Objects', component: ObjectListPage };

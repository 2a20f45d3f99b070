import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { rest, type QueryAnswer } from '../../api/rest.ts';
import { useLoad } from '../../api/use-load.ts';
import { Card } from '../../components/card.tsx';
import { DataTable, type Column, type Sorting } from '../../components/data-table.tsx';
import { Empty } from '../../components/empty.tsx';
import { FilterBuilder } from '../../components/filter-builder.tsx';
import { Link } from '../../components/link.tsx';
import { LoadedContent } from '../../components/loaded-content.tsx';
import { Pager } from '../../components/pager.tsx';
import { ShownRequest } from '../../components/shown-request.tsx';
import type { ObjectProperties } from './object-collection.ts';
import { searchRequest, type SystemObject } from './object-search.ts';
import { ShownValue } from './shown-value.tsx';

const MOST_COLUMNS = 6;

export interface ObjectListProps { readonly system: string; readonly type: string; readonly properties: ObjectProperties }

/** Objects page by page; a new filter or order starts over. */
export function ObjectList({ system, type, properties: { searched, unquoted, shown } }: ObjectListProps): JSX.Element {
  const [filter, setFilter] = useState('true');
  const [sorting, setSorting] = useState<Sorting>();
  const [cookies, setCookies] = useState<readonly string[]>([]);
  const request = searchRequest({ system, type, filter, sorting, cookie: cookies.at(-1) });
  const found = useLoad(request.path, (signal) => rest<QueryAnswer<SystemObject>>({ ...request, signal }));
  const anew = (change: () => void): void => {
    change();
    setCookies([]);
  };
  return (
    <>
      <Card title="Search"><FilterBuilder properties={searched} unquoted={unquoted} onFilter={(text) => anew(() => setFilter(text))} /><details><summary>The request, and the same with curl</summary><ShownRequest request={request} /></details></Card>
      <Card>
        <LoadedContent of={found}>{({ result, pagedResultsCookie }) => (
          <>
            <DataTable caption={`Objects of ${system}`} columns={columnsOf({ system, type, shown })} rows={result} rowKey={({ _id }) => _id} sorting={sorting} onSort={(next) => anew(() => setSorting(next))} empty={<Empty title="Nothing found">No object passes this filter.</Empty>} />
            <Pager page={cookies.length + 1} count={result.length} hasNext={pagedResultsCookie !== null && pagedResultsCookie !== ''} onPrevious={() => setCookies(cookies.slice(0, -1))} onNext={() => setCookies([...cookies, pagedResultsCookie ?? ''])} />
          </>
        )}</LoadedContent>
      </Card>
    </>
  );
}

function columnsOf({ system, type, shown }: Pick<ObjectListProps, 'system' | 'type'> & Pick<ObjectProperties, 'shown'>): readonly Column<SystemObject>[] {
  return [
    { name: '_id', value: ({ _id }) => <Link to={`objects/${encodeURIComponent(system)}/${encodeURIComponent(type)}/${encodeURIComponent(_id)}`}>{_id}</Link> },
    ...shown.slice(0, MOST_COLUMNS).map((name): Column<SystemObject> => ({ name, sortKey: name, value: (object) => <ShownValue value={object[name]} /> })),
  ];
}

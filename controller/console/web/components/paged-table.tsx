import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { rest, type QueryAnswer } from '../api/rest.ts';
import { useLoad } from '../api/use-load.ts';
import { DataTable, type Column } from './data-table.tsx';
import { LoadedContent } from './loaded-content.tsx';
import { Pager } from './pager.tsx';

export interface PagedTableProps<T> {
  readonly caption: string;
  /** Of the API, with its query but without paging. Another one: give the table another `key`. */
  readonly path: string;
  readonly columns: readonly Column<T>[];
  readonly empty: ComponentChildren;
  readonly pageSize?: number;
  /** Milliseconds. */
  readonly every?: number;
}

/** The answer of a query, page by page by its cookie. */
export function PagedTable<T extends { readonly _id: string }>({ caption, path, columns, empty, pageSize = 25, every }: PagedTableProps<T>): JSX.Element {
  const [cookies, setCookies] = useState<readonly string[]>([]);
  const cookie = cookies.at(-1);
  const asked = `${path}&_pageSize=${pageSize}${cookie === undefined ? '' : `&_pagedResultsCookie=${encodeURIComponent(cookie)}`}`;
  const found = useLoad(asked, (signal) => rest<QueryAnswer<T>>({ method: 'GET', path: asked, signal }), every === undefined ? {} : { every });
  return (
    <LoadedContent of={found}>{({ result, pagedResultsCookie }) => (
      <>
        <DataTable caption={caption} columns={columns} rows={result} rowKey={({ _id }) => _id} empty={empty} />
        {result.length === 0 && cookies.length === 0 ? null : <Pager page={cookies.length + 1} count={result.length} hasNext={pagedResultsCookie !== null && pagedResultsCookie !== ''} onPrevious={() => setCookies(cookies.slice(0, -1))} onNext={() => setCookies([...cookies, pagedResultsCookie ?? ''])} />}
      </>
    )}</LoadedContent>
  );
}

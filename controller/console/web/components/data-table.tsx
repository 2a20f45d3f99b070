import type { ComponentChildren, JSX } from 'preact';
import { Empty } from './empty.tsx';

export interface Column<T> {
  readonly name: string;
  readonly value: (row: T) => ComponentChildren;
  readonly isNumber?: boolean;
  /** Never broken into lines: short words, versions. */
  readonly isTight?: boolean;
  /** What the column is sorted by; undefined: it cannot be. */
  readonly sortKey?: string;
}

export interface Sorting { readonly key: string; readonly descending: boolean }

export interface DataTableProps<T> {
  readonly caption: string;
  readonly columns: readonly Column<T>[];
  readonly rows: readonly T[];
  readonly rowKey: (row: T) => string;
  readonly empty: ComponentChildren;
  readonly sorting?: Sorting | undefined;
  readonly onSort?: (sorting: Sorting) => void;
}

/** A compact table with a head that stays; where there is little room each row is a card. */
export function DataTable<T>({ caption, columns, rows, rowKey, empty, sorting, onSort }: DataTableProps<T>): JSX.Element {
  if (rows.length === 0) return typeof empty === 'string' ? <Empty title={empty} /> : <>{empty}</>;
  return (
    <div class="table">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead><tr>{columns.map((column) => <Head key={column.name} column={column} sorting={sorting} onSort={onSort} />)}</tr></thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowKey(row)}>{columns.map(({ name, value, isNumber, isTight }) => <td key={name} data-label={name} class={isNumber === true ? 'number' : isTight === true ? 'tight' : ''}><div>{value(row)}</div></td>)}</tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface HeadProps<T> { readonly column: Column<T>; readonly sorting: Sorting | undefined; readonly onSort: ((sorting: Sorting) => void) | undefined }

function Head<T>({ column: { name, isNumber, sortKey }, sorting, onSort }: HeadProps<T>): JSX.Element {
  const isSorted = sortKey !== undefined && sorting?.key === sortKey;
  const descending = isSorted && sorting.descending;
  return (
    <th scope="col" class={isNumber === true ? 'number' : ''} {...(isSorted ? { 'aria-sort': descending ? 'descending' as const : 'ascending' as const } : {})}>
      {sortKey === undefined || onSort === undefined ? name : <button class="plain" type="button" onClick={() => onSort({ key: sortKey, descending: isSorted && !descending })}>{name}<span aria-hidden="true">{isSorted ? (descending ? ' ↓' : ' ↑') : ''}</span></button>}
    </th>
  );
}

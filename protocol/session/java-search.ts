import { LAST_PAGE, OPTION, OperationOptions, type ConnectorKey, type Operation, type SearchResult } from '../model/index.js';

/** Searches at a Java peer: what its connectors cannot take, and what they say that is not to be believed. */

/** Java connectors cast this option to a class that cannot be sent; as text, which our own ends use, it would fail the operation there. */
export const UNSENDABLE_OPTION = OPTION.totalPagedResultsPolicy;

/** Ends every answer with the cookie of its offset, which is 0 without a page size: a reader of pages would start again. */
const COOKIES_UNASKED = 'org.forgerock.openicf.csvfile.CSVFileConnector';

/** The operation as a Java peer can take it; itself when nothing has to be changed. */
export function suitedToJava<O extends Operation>(operation: O): O {
  if (!('options' in operation) || !operation.options.entries.has(UNSENDABLE_OPTION)) return operation;
  const entries = new Map(operation.options.entries);
  entries.delete(UNSENDABLE_OPTION);
  return { ...operation, options: new OperationOptions(entries) };
}

/** The end of a Java peer's search as our own ends read it: totals unknown, and a cookie only where there are pages. */
export function endOfJavaSearch(end: SearchResult | undefined, { connectorName }: ConnectorKey, options: OperationOptions): SearchResult | undefined {
  if (end === undefined) return undefined;
  const isPaged = options.entries.has(OPTION.pageSize) || connectorName !== COOKIES_UNASKED;
  // What a connector counts unasked is its own affair: the Java CSV connector's numbers ignore the filter.
  return { ...LAST_PAGE, pagedResultsCookie: isPaged ? end.pagedResultsCookie : null };
}

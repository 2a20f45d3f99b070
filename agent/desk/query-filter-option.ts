import type { Filter } from '../../protocol/model/index.js';
import { parseQueryFilter } from '../../protocol/crest/parse-query-filter.js';
import { QueryFilterError } from '../../protocol/crest/query-filter-tokens.js';
import type { QueryFilter } from '../../protocol/crest/query-filter.js';
import { ResourceError } from '../../protocol/crest/resource-error.js';
import { toIcfFilter } from '../../protocol/provisioner/to-icf-filter.js';
import { CliError, EXIT } from '../cli/exit-codes.js';
import { nativeNameOf, type Shape } from './object-classes.js';

/** What `--filter` asks for; `nothing`: no object can fit it. */
export type WantedObjects = { readonly filter: Filter | undefined } | 'nothing';

/** Reads IDM's `_queryFilter`. Throws a CliError that shows where it stops making sense, or which property there is not. */
export function wantedObjects(shape: Shape, text: string | undefined): WantedObjects {
  if (text === undefined) return { filter: undefined };
  const parsed = parsedFilter(text);
  checkNames(shape, parsed);
  try {
    const filter = toIcfFilter(shape.type, parsed);
    if (filter === false) return 'nothing';
    return { filter: filter === true ? undefined : filter };
  } catch (error) {
    if (error instanceof ResourceError) throw new CliError(`--filter: ${error.message}`, EXIT.usage);
    throw error;
  }
}

function parsedFilter(text: string): QueryFilter {
  try {
    return parseQueryFilter(text);
  } catch (error) {
    if (!(error instanceof QueryFilterError)) throw error;
    throw new CliError(`--filter: ${error.message}\n  ${text.replaceAll(/[\r\n\t]/g, ' ')}\n  ${' '.repeat(error.position)}^`, EXIT.usage);
  }
}

function checkNames(shape: Shape, filter: QueryFilter): void {
  if ('operands' in filter) for (const operand of filter.operands) checkNames(shape, operand);
  else if (filter.kind === 'not') checkNames(shape, filter.operand);
  else if ('pointer' in filter) {
    const [name] = filter.pointer;
    if (name !== undefined && name !== '_id') nativeNameOf(shape, name, '--filter');
  }
}

import type { Filter } from '../../../protocol/model/index.js';
import type { NativeFilters } from '../../engines/rest/filters/native-filters.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { refuse } from '../../engines/rest/index.js';

export const STATUSES = ['ActivationRequired', 'ActivationSent', 'Active', 'Closed', 'Disabled'];

/** `Active,Closed` means either. */
function statuses(text: string): string {
  const wanted = text.split(',').map((status) => status.trim()).filter((status) => status !== '');
  const unknown = wanted.find((status) => !STATUSES.includes(status));
  return unknown === undefined ? wanted.join(',') : refuse(`userStatus cannot be '${unknown.slice(0, 100)}'; a filter takes one or several of ${STATUSES.join(', ')}, with commas between them.`);
}

const texts = { email: 'email_substring', userName: 'user_name_substring', __NAME__: 'user_name_substring' };
// DocuSign looks for parts of texts in any case, so the facade looks again.
const parameters = parameterFilters({ equals: { userStatus: { parameter: 'status', trusted: true, value: statuses }, ...texts }, startsWith: texts, endsWith: texts, contains: texts });

/** Filters on texts go wrong without a status (closed users are left out then), so that every status is named where none is asked for. */
export const userFilters: NativeFilters = {
  split: (filter: Filter) => parameters.split(filter),
  query: (native: Filter) => ({ status: STATUSES.join(','), ...parameters.query(native) }),
};

import { on, type ErrorRule } from '../http/answer-errors.js';
import type { ObjectList } from '../rest/definition.js';
import { markerPaging } from '../rest/paging/given-next.js';
import type { RequestLine } from '../rest/request-line.js';

/** Of the Admin SDK: https://developers.google.com/workspace/admin/directory/reference/rest */
export const DIRECTORY = '/admin/directory/v1';

const REASON = 'error.errors[0].reason';

/**
 * Answers that mean 429: quotas (https://developers.google.com/workspace/admin/directory/v1/limits), and changes of a user that is not
 * completely there yet (https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/insert).
 */
export const GOOGLE_THROTTLED: readonly ErrorRule[] = [
  on(403, { at: REASON, is: ['quotaExceeded', 'rateLimitExceeded', 'userRateLimitExceeded'] }).fail('retryable'),
  on([400, 403, 409, 412], { at: 'error.message', contains: 'User creation is not complete' }).fail('retryable'),
];

/** `apis`: those that have to be enabled for the project the credentials are of. */
export function googleErrors(apis: string): readonly ErrorRule[] {
  return [
    on(403, { at: REASON, is: 'accessNotConfigured' }).fail('configuration', { advice: `Enable ${apis} for the project of the credentials.` }),
    on(409).fail('alreadyExists', { advice: 'What it is called by, such as the address of a user, belongs to another object.' }),
  ];
}

/** A list of Google's: pages by token, and without the list where it would be empty. */
export function googleList(request: RequestLine, items: string, size: number): ObjectList {
  return { request, items, mayBeMissing: true, pageSize: { default: size, max: size }, paging: markerPaging({ send: 'pageToken', next: 'nextPageToken', size: 'maxResults' }) };
}

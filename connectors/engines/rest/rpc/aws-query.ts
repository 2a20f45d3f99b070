import type { HttpAnswer } from '../../http/http-client.js';
import { isJsonObject, type Json } from '../json.js';
import type { ListEndpoint } from '../list.js';
import { markerPaging } from '../paging/given-next.js';
import type { RequestDetails, RestCall } from '../rest-call.js';
import { xmlAsJson } from './xml-answer.js';

/** Members of a request; null is left out. */
export type QueryInput = Readonly<Record<string, Json | undefined>>;

/** Requests of AWS's Query protocol: all are POST /, and a form says what they are for (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html). */
export interface AwsQuery {
  /** Its result, without the envelope. Requests count as reading by their names. */
  send(call: RestCall, action: string, input: QueryInput, details?: Pick<RequestDetails, 'uid' | 'kind' | 'hasSecrets'>): Promise<Json>;
  /** A list by Marker and MaxItems, as IAM has them. */
  list(action: string, items: string, input?: QueryInput): ListEndpoint;
}

/** `version`: of the service's API, e.g. 2010-05-08. The service's answers are to be `translated` by {@link awsQueryAnswer}. */
export function awsQuery(version: string): AwsQuery {
  const form = (action: string, input: QueryInput): Readonly<Record<string, string>> => ({ Action: action, Version: version, ...Object.fromEntries(fieldsOf(input)) });
  return {
    send: (call, action, input, details = {}) => call.send('POST /', { kind: /^(?:Describe|List|Get)/.test(action) ? 'read' : 'write', ...details, form: form(action, input) }),
    list: (action, items, input = {}) => ({
      request: 'POST /', items, paging: markerPaging({ send: 'Marker', next: 'Marker', size: 'MaxItems', more: 'IsTruncated' }),
      form: (page) => form(action, { ...input, ...page }),
    }),
  };
}

/** `{Tags: [{Key: 'a'}]}` as `Tags.member.1.Key=a`. */
function fieldsOf(value: Json | QueryInput | undefined, path = ''): readonly (readonly [string, string])[] {
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object') return [[path, String(value)]];
  const inner = Array.isArray(value) ? (value as readonly Json[]).map((each, index) => [`member.${index + 1}`, each] as const) : Object.entries(value as QueryInput);
  return inner.flatMap(([name, each]) => fieldsOf(each, path === '' ? name : `${path}.${name}`));
}

/**
 * `<ListUsersResponse><ListUsersResult>…` is what stands in the result, `<ErrorResponse><Error>…` the response: the code is at `Error.Code`.
 * Any other document stays as it came.
 */
export function awsQueryAnswer(answer: HttpAnswer): HttpAnswer {
  return xmlAsJson(answer, (document) => {
    const [[name, response] = ['', null]] = isJsonObject(document) ? Object.entries(document) : [];
    if (!name.endsWith('Response')) return undefined;
    return isJsonObject(response) ? response[`${name.slice(0, -'Response'.length)}Result`] ?? response : response;
  });
}

import type { Json, JsonObject } from '../json.js';
import type { ListEndpoint } from '../list.js';
import { markerPaging } from '../paging/given-next.js';
import type { RequestDetails, RestCall } from '../rest-call.js';

/** Requests of a service of AWS by the JSON protocol: all are POST /, and a header says what they are for (https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html). */
export interface AwsJson {
  send(call: RestCall, action: string, input: JsonObject, details?: Pick<RequestDetails, 'uid'>): Promise<Json>;
  /** A list by NextToken and MaxResults, 100 at a time; `input` makes the request of what pages and filters ask for. */
  list(action: string, items: string, input: (page: JsonObject) => JsonObject): ListEndpoint;
}

const READING = ['Describe', 'List', 'Get'];

/** `service`: what targets begin with, such as AWSIdentityStore. Whether a request only reads its name tells. */
export function awsJson(service: string): AwsJson {
  const headers = (action: string): Record<string, string> => ({ 'x-amz-target': `${service}.${action}`, 'content-type': 'application/x-amz-json-1.1' });
  return {
    send: (call, action, json, { uid } = {}) => call.send('POST /', { kind: READING.some((begin) => action.startsWith(begin)) ? 'read' : 'write', headers: headers(action), json, uid }),
    list: (action, items, input) => ({
      request: 'POST /', items, headers: headers(action), json: (page) => input(page as JsonObject), pageSize: 100,
      paging: markerPaging({ send: 'NextToken', next: 'NextToken', size: 'MaxResults' }),
    }),
  };
}

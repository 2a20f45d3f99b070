import { ConnectorError, type ErrorKind } from '../../../protocol/model/index.js';
import { on, type ErrorRule, type RestOperation } from '../../engines/http/answer-errors.js';
import { isJsonObject, textAt, valueAt, type Json, type JsonObject } from '../../engines/rest/index.js';

type Change = 'create' | 'update' | 'delete';
/** Parts of the codes for what is not there; the reference (https://developers.docusign.com/docs/esign-rest-api/reference/) lists none of them by operation. */
const MISSING = ['DOES_NOT_EXIST', 'NOT_FOUND', 'INVALID_USERID', 'USER_DOES_NOT_BELONG_TO_SPECIFIED_ACCOUNT'];
const THERE = 'ALREADY';
const OF_OBJECTS: readonly RestOperation[] = ['search', 'get', 'update', 'delete'];

export const errors: readonly ErrorRule[] = [
  // A signing group that is not there is answered 409.
  ...MISSING.map((contains) => on([400, 404, 409], { at: 'errorCode', contains }).fail('unknownUid', { during: OF_OBJECTS })),
  on(409).fail('unknownUid', { during: ['search', 'get'] }),
  on(400, { at: 'errorCode', contains: THERE }).fail('alreadyExists', { during: 'create' }),
  on(400, { at: 'errorCode', is: ['HOURLY_APIINVOCATION_LIMIT_EXCEEDED', 'BURST_APIINVOCATION_LIMIT_EXCEEDED'] }).fail('retryable', { advice: 'Lower hourRateLimit or burstRateLimit.' }),
];

function meaningOf(code: string, change: Change): ErrorKind {
  if (change === 'create') return code.includes(THERE) ? 'alreadyExists' : 'invalidAttributeValue';
  return MISSING.some((part) => code.includes(part)) ? 'unknownUid' : 'invalidAttributeValue';
}

/** The one object of an answer that has a list of them. What DocuSign refused of a list says so in its element, in a good answer. */
export function onlyOf(answer: Json, list: string, change: Change): JsonObject {
  const element = valueAt(answer, `${list}[0]`);
  if (!isJsonObject(element)) throw new ConnectorError('connector', `The answer of DocuSign has no ${list} in it: it does not say what became of the ${change}.`, { outcome: 'unknown' });
  const code = textAt(element, 'errorDetails.errorCode');
  if (code === undefined || code === 'SUCCESS') return element;
  throw new ConnectorError(meaningOf(code, change), `DocuSign refused the ${change} (${code}): ${(textAt(element, 'errorDetails.message') ?? 'no reason given').slice(0, 300)}`, { outcome: 'notApplied' });
}

import { GuardedString } from '../../../protocol/model/index.js';
import { isObject, type JsonObject, type JsonValue } from '../../crest/json.js';
import type { RequestOf } from '../../crest/request.js';
import { ResourceError, badRequest } from '../../crest/resource-error.js';
import { defaultAttributes, withAttributes } from '../object-type.js';
import { callContext, facadeFor, translated, type ObjectCall } from './object-call.js';

/** Checks a user's password at the target. Name and password stand in the body (newer clients) or in the query. */
export async function authenticateUser(call: ObjectCall, request: RequestOf<'action'>): Promise<JsonObject> {
  const facade = facadeFor(call, 'AuthenticationApiOp', 'AUTHENTICATE');
  const username = credential(request, 'username');
  const password = new GuardedString(credential(request, 'password'));
  return translated(call, 'ACTION', null, async () => {
    const options = withAttributes(defaultAttributes(call.type));
    const uid = await facade.perform({ kind: 'authenticate', objectClass: call.type.objectClass, username, password, options }, callContext(call.context));
    if (uid === null) throw new ResourceError(401, 'Invalid credential has been provided to operation ACTION for system object: null');
    return { _id: uid.value, ...(uid.revision === undefined ? {} : { _rev: uid.revision }) };
  });
}

function credential({ content, parameters }: RequestOf<'action'>, name: string): string {
  const inBody: JsonValue = isObject(content) ? (content[name] ?? null) : null;
  const value = typeof inBody === 'string' ? inBody : parameters.get(name);
  if (value === undefined || value === '') throw badRequest(`Missing required parameter: ${name}`);
  return value;
}

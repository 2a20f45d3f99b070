import { elementsAt, isJsonObject, requireObject, textAt, type JsonObject, type RequestLine, type RestCall } from '../../engines/rest/index.js';
import { extensionsIn, without } from './patch.js';
import type { Provider } from './provider.js';

/** What the service decides; RFC 7644, section 3.5.1 has it ignore such values, and not all do. */
const ITS_OWN = ['meta', 'groups'];

/**
 * Reads the resource, changes it and sends it back whole (RFC 7644, section 3.5.1; SCIM 1.1 protocol, section 3.3.1), and nothing where
 * nothing changes. Where the service has versions, one somebody else has changed meanwhile is refused with `preconditionFailed`.
 */
export async function replaceWhole(call: RestCall, endpoint: string, uid: string, provider: Provider, change: (resource: JsonObject) => JsonObject | undefined, hasSecrets = false): Promise<JsonObject | undefined> {
  const at: RequestLine = `GET /${endpoint.slice(1)}/{uid}`;
  const resource = requireObject(await call.send(at, { variables: { uid }, uid }), `The answer to ${at}`, 'notApplied');
  const changed = change(without(resource, ...ITS_OWN));
  if (changed === undefined) return undefined;
  const version = provider.hasVersions ? textAt(resource, 'meta.version') : undefined;
  const json = { ...changed, schemas: [...new Set([...elementsAt(changed, 'schemas'), ...extensionsIn(changed)])] };
  const answer = await call.send(`PUT /${endpoint.slice(1)}/{uid}`, { variables: { uid }, uid, json, hasSecrets, headers: version === undefined ? {} : { 'if-match': version } });
  return isJsonObject(answer) ? answer : undefined;
}

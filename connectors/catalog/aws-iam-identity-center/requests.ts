import { ConnectorError } from '../../../protocol/model/index.js';
import type { JsonObject, RestCall } from '../../engines/rest/index.js';
import { awsJson } from '../../engines/rest/rpc/aws-json.js';

/** https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/welcome.html */
export const identityStore = awsJson('AWSIdentityStore');

/** The member all requests have. */
export const storeOf = ({ config }: RestCall): JsonObject => ({ IdentityStoreId: (config as { readonly identityStoreId: string }).identityStoreId });

/** Whether it can be an id of the store: AWS takes no request with any other. */
export const isId = (text: string): boolean => /^(?:[0-9a-f]{10}-)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Throws `unknownUid` for what nothing can have. */
export function idOf(uid: string): string {
  if (isId(uid)) return uid;
  throw new ConnectorError('unknownUid', `Nothing in the identity store has the id '${uid.slice(0, 200)}'.`, { outcome: 'notApplied' });
}

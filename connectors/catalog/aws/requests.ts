import { ConnectorError } from '../../../protocol/model/index.js';
import { requireObject, type JsonObject, type RestCall } from '../../engines/rest/index.js';
import { awsQuery } from '../../engines/rest/rpc/aws-query.js';

/** https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html */
export const iam = awsQuery('2010-05-08');

/** What a user may be called, and where one may be: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const USER_NAME = /^[A-Za-z0-9_+=,.@-]+$/;
export const USER_PATH = /^\/(?:[!-~]+\/)?$/;

/** The member that addresses a user. Rejects what nobody can be called: without a name IAM takes the caller for the user. */
export function named(uid: string): { readonly UserName: string } {
  if (!USER_NAME.test(uid)) throw new ConnectorError('unknownUid', `There is no user '${uid.slice(0, 200)}': AWS has no such names.`, { outcome: 'notApplied' });
  return { UserName: uid };
}

/** The user with tags and permissions boundary. Rejects with `unknownUid` where there is none. */
export async function getUser(call: RestCall, uid: string): Promise<JsonObject> {
  const result = requireObject(await iam.send(call, 'GetUser', named(uid), { uid }), 'The answer to GetUser');
  return requireObject(result['User'], 'The answer to GetUser');
}

/** The work's result, or undefined where there is nothing of that name. */
export async function ifThere<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ConnectorError && error.kind === 'unknownUid') return undefined;
    throw error;
  }
}

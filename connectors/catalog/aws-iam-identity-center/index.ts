import { ACCOUNT, GROUP, NAME } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { awsRole } from '../../engines/rest/authentication/aws-role.js';
import { awsSignature } from '../../engines/rest/authentication/aws-signature.js';
import { beforehand, defineRestConnector, READ_AND_WRITE_RATES, requireObject, type Json, type JsonObject, type RestCall, type RestObjectClass } from '../../engines/rest/index.js';
import { parameterFilters } from '../../engines/rest/filters/parameters.js';
import { awsErrors, awsThrottling } from '../../engines/rest/rpc/aws-errors.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { addressOf, complaints, config, httpOf, stsAddressOf, type IdentityCenterConfig } from './config.js';
import { filled, operationsFor } from './letter-case.js';
import { identityStore, idOf, storeOf } from './requests.js';
import { account, checkAccount, group } from './schema.js';

/** Users and groups have the same operations under their own names; `name` is what a list may be asked for by. */
function storedObjects(kind: 'User' | 'Group', name: 'UserName' | 'DisplayName', more: Pick<RestObjectClass<IdentityCenterConfig>, 'attributes' | 'check'>): RestObjectClass<IdentityCenterConfig> {
  const id = `${kind}Id`;
  const ask = (call: RestCall, action: string, uid: string, input: JsonObject = {}): Promise<Json> => identityStore.send(call, action + kind, { ...storeOf(call), [id]: idOf(uid), ...input }, { uid });
  const describe = async (call: RestCall, uid: string): Promise<JsonObject> => requireObject(await ask(call, 'Describe', uid), `The answer to Describe${kind}`);
  return {
    ...more, uid: id,
    list: (call) => identityStore.list(`List${kind}s`, `${kind}s`, ({ [name]: wanted, ...page }) => ({
      ...storeOf(call), ...page, ...(wanted === undefined ? {} : { Filters: [{ AttributePath: name, AttributeValue: wanted }] }),
    })),
    // AWS does not say how it compares: the facade looks again.
    filters: parameterFilters({ equals: { [NAME]: name } }),
    read: describe,
    create: async (call, { object }) => requireObject(await identityStore.send(call, `Create${kind}`, { ...storeOf(call), ...filled(object) }), `The answer to Create${kind}`, 'applied'),
    update: async (call, { value: uid }, { object }) => {
      const Operations = operationsFor(object);
      if (Operations.length > 0) await ask(call, 'Update', uid, { Operations });
      return undefined;
    },
    delete: async (call, { value: uid }) => {
      // The model of the API has it that a deletion may be repeated: that of what is not there may succeed.
      await beforehand(describe(call, uid));
      await ask(call, 'Delete', uid);
    },
  };
}

/** Users and groups of an identity store of AWS IAM Identity Center (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference). */
export default defineRestConnector({
  id: 'aws-iam-identity-center',
  displayName: 'AWS IAM IC Connector',
  family: 'SaaS',
  key: documentedKey('awsiam-connector', 'awsiam.AwsIamConnector'),
  properties: config,
  complaints,
  service: {
    address: addressOf,
    http: httpOf,
    credentialsTo: (given) => ({ stsEndpoint: stsAddressOf(given) }),
    authentication: (given, { client, over, clock }) => {
      const { accessKey, secretKey, roleArn, roleSessionName: sessionName, region, sessionExpirationTime: duration } = given;
      const keys = awsRole({ client, over, clock, keys: { accessKeyId: accessKey, secretKey }, roleArn, sessionName, duration, region, endpoint: stsAddressOf(given) });
      return awsSignature({ keys, region, service: 'identitystore' });
    },
    rates: READ_AND_WRITE_RATES,
    limits: ({ roleArn }) => ({ identity: roleArn }),
    test: async (call) => {
      for (const action of ['ListUsers', 'ListGroups']) await identityStore.send(call, action, { ...storeOf(call), MaxResults: 1 });
    },
    // https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_CreateUser.html#API_CreateUser_Errors
    errors: [
      ...awsErrors('__type'),
      on(400, { at: 'ResourceType', is: 'IDENTITY_STORE' }).fail('configuration', { advice: 'Correct identityStoreId or region.' }),
      on(400, { at: '__type', contains: 'ResourceNotFoundException' }).fail('unknownUid'),
      on(400, { at: 'Reason', is: 'CONCURRENT_MODIFICATION' }).fail('retryable'),
      on(400, { at: '__type', contains: 'ConflictException' }).fail('alreadyExists'),
      on([400, 402], { at: '__type', contains: 'ServiceQuotaExceeded' }).fail('connector', { advice: 'The identity store is full: ask AWS for a higher quota.' }),
    ],
    throttled: awsThrottling('__type'),
    messages: ['Message'],
  },
  objectClasses: {
    [ACCOUNT]: storedObjects('User', 'UserName', { attributes: account, check: checkAccount }),
    [GROUP]: storedObjects('Group', 'DisplayName', { attributes: group }),
  },
});

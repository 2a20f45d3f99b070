import { ACCOUNT, ConnectorError, NAME } from '../../../protocol/model/index.js';
import { on } from '../../engines/http/answer-errors.js';
import { awsRole } from '../../engines/rest/authentication/aws-role.js';
import { awsSignature } from '../../engines/rest/authentication/aws-signature.js';
import { defineRestConnector } from '../../engines/rest/index.js';
import { awsErrors, awsThrottling } from '../../engines/rest/rpc/aws-errors.js';
import { awsQueryAnswer } from '../../engines/rest/rpc/aws-query.js';
import { documentedKey } from '../../framework/connector-keys.js';
import { addressOf, complaints, config, httpOf, isBlank, roleRegion, signedRegion, stsAddressOf } from './config.js';
import { deleteUser } from './deletion.js';
import { getUser, iam, ifThere, named } from './requests.js';
import { account } from './schema.js';
import { checkUser, createUser, updateUser } from './writes.js';

const CODE = 'Error.Code';

/** Users of AWS Identity and Access Management (https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html). */
export default defineRestConnector({
  id: 'aws',
  displayName: 'AWS Connector',
  family: 'SaaS',
  key: documentedKey('aws-connector', 'aws.AwsConnector'),
  properties: config,
  complaints,
  described: [{ name: '__ALL__', aliases: [], operations: [], attributes: [] }],
  service: {
    address: addressOf,
    http: httpOf,
    timeoutIn: 'milliseconds',
    credentialsTo: (given) => ({ stsEndpoint: stsAddressOf(given) }),
    authentication: (given, { client, over, clock }) => {
      const { accessKeyId, secretKey, roleArn, credentialsExpiration } = given;
      const keys = awsRole({ client, over, clock, keys: { accessKeyId, secretKey }, roleArn, duration: credentialsExpiration, region: roleRegion(given), endpoint: stsAddressOf(given) });
      return awsSignature({ keys, region: signedRegion(given), service: 'iam' });
    },
    limits: ({ roleArn }) => ({ identity: roleArn }),
    headers: () => new Map([['accept', 'text/xml']]),
    translated: awsQueryAnswer,
    test: async (call) => {
      await iam.send(call, 'ListUsers', { MaxItems: 1 });
      const { userName } = call.config;
      if (isBlank(userName) || await ifThere(() => iam.send(call, 'ListUserPolicies', { ...named(userName), MaxItems: 1 }, { uid: userName })) !== undefined) return;
      throw new ConnectorError('configuration', `userName is '${userName}', and there is no such user. Correct it, or leave it empty.`);
    },
    throttled: awsThrottling(CODE),
    // https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html and the others have them by action.
    errors: [
      ...awsErrors(CODE),
      on(404, { at: 'Error.Message', contains: 'Scope ARN' }).fail('invalidAttributeValue', { advice: 'Give the ARN of a policy there is.' }),
      on(404, { at: CODE, is: 'NoSuchEntity' }).fail('connector', { during: 'create', advice: 'AWS may not know the new user everywhere yet: set the password again.' }),
      on(409, { at: CODE, is: 'EntityAlreadyExists' }).fail('alreadyExists'),
      on(409, { at: CODE, is: ['ConcurrentModification', 'EntityTemporarilyUnmodifiable'] }).fail('retryable', { advice: 'Try again in some minutes.', outcome: 'notApplied' }),
      on(409, { at: CODE, is: 'LimitExceeded' }).fail('connector', { advice: 'The account is at its quota: remove something, or ask AWS for more.' }),
      on(409, { at: CODE, is: 'DeleteConflict' }).fail('preconditionFailed'),
      on(400, { at: CODE, is: 'PasswordPolicyViolation' }).fail('invalidPassword', { advice: 'Give a password that keeps the password policy of the AWS account.' }),
    ],
    messages: ['Error.Message'],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: account,
      uid: 'UserName',
      list: ({ config: { pageSize } }) => ({ ...iam.list('ListUsers', 'Users'), pageSize, gives: ['__USER__', 'UserId', 'Path', 'Arn', 'CreatedDate', 'PasswordLastUsed'] }),
      readBy: [NAME],
      read: (call, uid) => ifThere(() => getUser(call, uid)),
      create: createUser,
      update: updateUser,
      delete: deleteUser,
      check: checkUser,
    },
  },
});

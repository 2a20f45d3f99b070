import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import { listed, textAt, writeSteps, type RestCall, type WriteStep } from '../../engines/rest/index.js';
import type { AwsConfig } from './config.js';
import { iam, ifThere, named } from './requests.js';

/** What else AWS deletes no user with (https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html): how it is listed, told apart and removed. */
const DEPENDENTS = [
  { what: 'access keys', list: 'ListAccessKeys', items: 'AccessKeyMetadata', id: 'AccessKeyId', remove: 'DeleteAccessKey' },
  { what: 'signing certificates', list: 'ListSigningCertificates', items: 'Certificates', id: 'CertificateId', remove: 'DeleteSigningCertificate' },
  { what: 'SSH keys', list: 'ListSSHPublicKeys', items: 'SSHPublicKeys', id: 'SSHPublicKeyId', remove: 'DeleteSSHPublicKey' },
  { what: 'credentials of services', list: 'ListServiceSpecificCredentials', items: 'ServiceSpecificCredentials', id: 'ServiceSpecificCredentialId', remove: 'DeleteServiceSpecificCredential' },
  { what: 'MFA devices', list: 'ListMFADevices', items: 'MFADevices', id: 'SerialNumber', remove: 'DeactivateMFADevice' },
  { what: 'inline policies', list: 'ListUserPolicies', items: 'PolicyNames', id: 'PolicyName', remove: 'DeleteUserPolicy' },
  { what: 'attached policies', list: 'ListAttachedUserPolicies', items: 'AttachedPolicies', id: 'PolicyArn', remove: 'DetachUserPolicy' },
  { what: 'groups', list: 'ListGroupsForUser', items: 'Groups', id: 'GroupName', remove: 'RemoveUserFromGroup' },
] as const;

async function dependentsOf(call: RestCall, uid: string): Promise<readonly WriteStep[]> {
  const steps: WriteStep[] = [];
  for (const { what, list, items, id, remove } of DEPENDENTS) {
    for await (const page of listed(call, { ...iam.list(list, items, named(uid)), mayBeMissing: true }, { signal: call.signal })) {
      const ids = page.flatMap((one) => textAt(one, typeof one === 'string' ? '' : id) ?? []);
      steps.push(...ids.map((value): WriteStep => [what, () => ifThere(() => iam.send(call, remove, { ...named(uid), [id]: value }, { uid }))]));
    }
  }
  return steps;
}

/** Most users go at once; of one that AWS refuses to delete, the password goes first, and the rest where the configuration says so. */
export async function deleteUser(call: RestCall<AwsConfig>, { value: uid }: Uid): Promise<void> {
  const deletion = async (): Promise<unknown> => iam.send(call, 'DeleteUser', named(uid), { uid });
  try {
    await deletion();
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'preconditionFailed') throw error;
    const dependents = await dependentsOf(call, uid);
    const kinds = [...new Set(dependents.map(([what]) => what))].join(', ');
    if (kinds !== '' && !call.config.deleteDependents) throw new ConnectorError('connector', `The user '${uid}' cannot be deleted with ${kinds}. Remove them at AWS, or set deleteDependents.`, { cause: error, outcome: 'notApplied' });
    await writeSteps(call.signal, [...dependents, ['password', () => ifThere(() => iam.send(call, 'DeleteLoginProfile', named(uid), { uid }))], ['the deletion', deletion]]);
  }
}

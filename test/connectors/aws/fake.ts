import { randomBytes } from 'node:crypto';
import { holdSecret, secret } from '../../support/secret-values.js';
import { signatureCode, signatureFault, type KnownKey, type SignedFor } from '../../targets/rest/aws-signed.js';
import type { ExchangeObserver, FakeAnswer, FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { answered, errorAnswer, refuse } from './xml.js';

type Form = Readonly<Record<string, string>>;
interface Tag { readonly Key: string; readonly Value: string }
export interface FakeUser { Path: string; UserName: string; readonly UserId: string; readonly CreateDate: string; PasswordLastUsed?: string; boundary?: string; tags: Tag[]; password?: string; readonly has: Map<string, string[]> }

const id = (prefix: string): string => prefix + randomBytes(16).toString('hex').toUpperCase().slice(0, 17);
const NAME = /^[\w+=,.@-]+$/;
const PATH = /^(?:\/|\/[\x21-\x7E]+\/)$/;
/** What a user may have, as DeleteUser wants it gone: list action, its items, what one is called, what removes it. */
const DEPENDENTS = [
  ['ListAccessKeys', 'AccessKeyMetadata', 'AccessKeyId', 'DeleteAccessKey'], ['ListSigningCertificates', 'Certificates', 'CertificateId', 'DeleteSigningCertificate'],
  ['ListSSHPublicKeys', 'SSHPublicKeys', 'SSHPublicKeyId', 'DeleteSSHPublicKey'], ['ListServiceSpecificCredentials', 'ServiceSpecificCredentials', 'ServiceSpecificCredentialId', 'DeleteServiceSpecificCredential'],
  ['ListMFADevices', 'MFADevices', 'SerialNumber', 'DeactivateMFADevice'], ['ListUserPolicies', 'PolicyNames', 'PolicyName', 'DeleteUserPolicy'],
  ['ListAttachedUserPolicies', 'AttachedPolicies', 'PolicyArn', 'DetachUserPolicy'], ['ListGroupsForUser', 'Groups', 'GroupName', 'RemoveUserFromGroup'],
] as const;
const DATE = '2022-06-02T23:46:39Z';
/** What else the model says an item has. */
const ITEM: Readonly<Record<string, (value: string) => unknown>> = {
  PolicyName: (value) => value,
  CertificateId: (value) => ({ UserName: 'x', CertificateId: value, CertificateBody: 'x', Status: 'Active' }),
  SSHPublicKeyId: (value) => ({ UserName: 'x', SSHPublicKeyId: value, Status: 'Active', UploadDate: DATE }),
  ServiceSpecificCredentialId: (value) => ({ UserName: 'x', Status: 'Active', ServiceUserName: 'a-service-user-name', CreateDate: DATE, ServiceSpecificCredentialId: value, ServiceName: 'codecommit.amazonaws.com' }),
  SerialNumber: (value) => ({ UserName: 'x', SerialNumber: value, EnableDate: DATE }),
  GroupName: (value) => ({ Path: '/', GroupName: value, GroupId: 'AGPACKCEVSQ6C2EXAMPLE', Arn: `arn:aws:iam::470686885243:group/${value}`, CreateDate: DATE }),
};

/** Users of IAM, and the role they are managed by at STS: https://docs.aws.amazon.com/IAM/latest/APIReference and .../STS/latest/APIReference. Every signature is checked. */
export class FakeAws {
  readonly users = new Map<string, FakeUser>();
  readonly policies = new Set(['arn:aws:iam::470686885243:policy/bounds', 'arn:aws:iam::470686885243:policy/other']);
  readonly accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
  readonly secretKey = secret('secret key of the fake AWS');
  readonly roleArn = 'arn:aws:iam::470686885243:role/Causeway';
  shortestPassword = 8;
  /** Where the role is assumed. */
  region = 'us-east-1';
  service!: FakeService;
  sts!: FakeService;
  /** Temporary ones. */
  readonly #keys = new Map<string, KnownKey>();

  static async start({ iam = [], sts = [] }: { readonly iam?: readonly ExchangeObserver[]; readonly sts?: readonly ExchangeObserver[] } = {}): Promise<FakeAws> {
    const aws = new FakeAws();
    const error = (status: number, message: string): unknown => errorAnswer(status, 'ValidationError', message).body;
    aws.service = await FakeService.start({ observers: iam, error, routes: { 'POST /': (request) => aws.#managed(request) } });
    aws.sts = await FakeService.start({ observers: sts, error, routes: { 'POST /': (request) => aws.#assumed(request) } });
    return aws;
  }

  async stop(): Promise<void> {
    await Promise.all([this.service.stop(), this.sts.stop()]);
    const complaints = [...this.service.complaints, ...this.sts.complaints];
    if (complaints.length > 0) throw new Error(complaints.slice(0, 5).join('\n'));
  }

  /** As if the time of all temporary keys were over. */
  expireKeys(): void {
    for (const [id, key] of this.#keys) this.#keys.set(id, { ...key, until: 0 });
  }

  add(UserName: string, more: Partial<FakeUser> = {}): FakeUser {
    const user: FakeUser = { Path: '/', UserName, UserId: id('AIDA'), CreateDate: DATE, tags: [], has: new Map(), ...more };
    this.users.set(UserName, user);
    return user;
  }

  /** What IAM was asked for, in its order. */
  get actions(): string[] {
    return this.service.seen.map(({ body }) => (body as Form)['Action']!);
  }

  #assumed(request: FakeRequest): FakeAnswer {
    const form = request.body as Form;
    checkSignature(request, { service: 'sts', region: this.region, keys: new Map([[this.accessKeyId, { secret: this.secretKey }]]) });
    if (form['Action'] !== 'AssumeRole' || form['RoleArn'] !== this.roleArn) refuse(403, 'AccessDenied', `User is not authorized to perform: sts:AssumeRole on resource: ${form['RoleArn']}`);
    const [AccessKeyId, SecretAccessKey, SessionToken] = [id('ASIA'), holdSecret('temporary key', randomBytes(30).toString('base64')), holdSecret('session token', randomBytes(60).toString('base64'))];
    this.#keys.set(AccessKeyId, { secret: SecretAccessKey, token: SessionToken, until: Date.now() + Number(form['DurationSeconds']) * 1_000 });
    const Expiration = new Date(Date.now() + Number(form['DurationSeconds']) * 1_000).toISOString();
    return answered('AssumeRole', { Credentials: { AccessKeyId, SecretAccessKey, SessionToken, Expiration }, AssumedRoleUser: { AssumedRoleId: `AROA3XFRBF23:${form['RoleSessionName']}`, Arn: 'arn:aws:sts::470686885243:assumed-role/Causeway/causeway' } });
  }

  #managed(request: FakeRequest): FakeAnswer {
    checkSignature(request, { service: 'iam', region: 'us-east-1', keys: this.#keys });
    const form = request.body as Form;
    const action = form['Action'] ?? '';
    return answered(action, this.#perform(action, form));
  }

  #perform(action: string, form: Form): object | undefined {
    if (action === 'ListUsers') return this.#page(form, [...this.users.values()].map((user) => this.#shown(user)), 'Users');
    if (action === 'CreateUser') return { User: this.#shown(this.#create(form), true) };
    const user = this.users.get(form['UserName'] ?? '') ?? refuse(404, 'NoSuchEntity', `The user with name ${form['UserName']} cannot be found.`);
    const dependents = DEPENDENTS.find(([list, , , remove]) => list === action || remove === action);
    if (dependents !== undefined) return this.#dependents(user, action, dependents, form);
    if (action === 'GetUser') return { User: this.#shown(user, true) };
    if (action.endsWith('LoginProfile')) return this.#profile(user, action, form['Password'] ?? '');
    this.#change(user, action, form);
    return undefined;
  }

  #change(user: FakeUser, action: string, form: Form): void {
    const changes: Readonly<Record<string, () => void>> = {
      UpdateUser: () => this.#update(user, form),
      DeleteUser: () => this.#delete(user),
      TagUser: () => { user.tags = tagsIn([...user.tags.filter(({ Key }) => !tagsOf(form).some((tag) => tag.Key.toLowerCase() === Key.toLowerCase())), ...tagsOf(form)]); },
      UntagUser: () => { user.tags = user.tags.filter(({ Key }) => !Object.entries(form).some(([name, value]) => name.startsWith('TagKeys.member.') && value.toLowerCase() === Key.toLowerCase())); },
      PutUserPermissionsBoundary: () => { user.boundary = this.#policy(form['PermissionsBoundary']!); },
      DeleteUserPermissionsBoundary: () => { if (user.boundary === undefined) refuse(404, 'NoSuchEntity', 'There is no boundary.'); delete user.boundary; },
    };
    (changes[action] ?? (() => refuse(400, 'InvalidAction', `Could not find operation ${action} for version 2010-05-08`)))();
  }

  #create(form: Form): FakeUser {
    const { UserName = '', Path = '/', PermissionsBoundary: boundary } = form;
    this.#checkName(UserName);
    if (!PATH.test(Path)) refuse(400, 'ValidationError', 'The specified value for path is invalid.');
    return this.add(UserName, { Path, tags: tagsIn(tagsOf(form)), ...(boundary === undefined ? {} : { boundary: this.#policy(boundary) }) });
  }

  #update(user: FakeUser, { NewUserName: name, NewPath: path }: Form): void {
    if (path !== undefined && !PATH.test(path)) refuse(400, 'ValidationError', 'The specified value for newPath is invalid.');
    if (name !== undefined) this.#checkName(name, user);
    this.users.delete(user.UserName);
    if (name !== undefined) user.UserName = name;
    if (path !== undefined) user.Path = path;
    this.users.set(user.UserName, user);
  }

  #delete(user: FakeUser): void {
    if (user.password !== undefined) refuse(409, 'DeleteConflict', 'Cannot delete entity, must delete login profile first.');
    for (const [list, , , remove] of DEPENDENTS) if ((user.has.get(list) ?? []).length > 0) refuse(409, 'DeleteConflict', `Cannot delete entity, ${remove} first.`);
    this.users.delete(user.UserName);
  }

  #profile(user: FakeUser, action: string, password: string): object | undefined {
    if (action === 'CreateLoginProfile' && user.password !== undefined) refuse(409, 'EntityAlreadyExists', `Login Profile for user ${user.UserName} already exists.`);
    if (action !== 'CreateLoginProfile' && user.password === undefined) refuse(404, 'NoSuchEntity', `Login Profile for User ${user.UserName} cannot be found.`);
    if (action === 'DeleteLoginProfile') { delete user.password; return undefined; }
    if (password.length < this.shortestPassword) refuse(400, 'PasswordPolicyViolation', `Password ${password} should have a minimum length of ${this.shortestPassword}`);
    user.password = password;
    return action === 'CreateLoginProfile' ? { LoginProfile: { UserName: user.UserName, CreateDate: DATE, PasswordResetRequired: false } } : undefined;
  }

  #dependents(user: FakeUser, action: string, [list, items, key]: (typeof DEPENDENTS)[number], form: Form): object | undefined {
    const values = user.has.get(list) ?? [];
    if (action === list) return this.#page(form, values.map((value) => ITEM[key]?.(value) ?? { [key]: value }), items);
    if (!values.includes(form[key] ?? '')) refuse(404, 'NoSuchEntity', `${form[key]} cannot be found.`);
    user.has.set(list, values.filter((value) => value !== form[key]));
    return undefined;
  }

  #page(form: Form, all: readonly unknown[], items: string): object {
    const { rows, marker } = this.service.pages.marker(all, new URLSearchParams(form), { marker: 'Marker', limit: 'MaxItems' });
    return { [items]: rows, IsTruncated: marker !== undefined, Marker: marker };
  }

  #checkName(name: string, self?: FakeUser): void {
    if (!NAME.test(name) || name.length > 64) refuse(400, 'ValidationError', `The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`);
    const taken = [...this.users.values()].some((user) => user !== self && user.UserName.toLowerCase() === name.toLowerCase());
    if (taken) refuse(409, 'EntityAlreadyExists', `User with name ${name} already exists.`);
  }

  #policy(arn: string): string {
    return this.policies.has(arn) ? arn : refuse(404, 'NoSuchEntity', `Scope ARN: ${arn} does not exist or is not attachable.`);
  }

  /** ListUsers leaves out what only `whole` users have. */
  #shown({ Path, UserName, UserId, CreateDate, PasswordLastUsed, boundary, tags }: FakeUser, whole = false): object {
    return {
      Path, UserName, UserId, Arn: `arn:aws:iam::470686885243:user${Path}${UserName}`, CreateDate, PasswordLastUsed,
      ...(whole ? { PermissionsBoundary: boundary === undefined ? undefined : { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundary }, Tags: tags.length === 0 ? undefined : tags } : {}),
    };
  }
}

function checkSignature(request: FakeRequest, signed: Omit<SignedFor, 'now'>): void {
  const fault = signatureFault(request, { ...signed, now: Date.now() });
  if (fault !== undefined) refuse(403, signatureCode(fault, 'query'), fault.message);
}

function tagsOf(form: Form): Tag[] {
  return Object.entries(form).flatMap(([name, Key]) => {
    const [, index] = /^Tags\.member\.(\d+)\.Key$/.exec(name) ?? [];
    return index === undefined ? [] : [{ Key, Value: form[`Tags.member.${index}.Value`] ?? refuse(400, 'ValidationError', 'A tag needs a value.') }];
  });
}

function tagsIn(tags: readonly Tag[]): Tag[] {
  if (new Set(tags.map(({ Key }) => Key.toLowerCase())).size < tags.length) refuse(400, 'InvalidInput', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  return tags.length > 50 ? refuse(409, 'LimitExceeded', 'Cannot exceed quota for TagsPerUser: 50') : [...tags];
}

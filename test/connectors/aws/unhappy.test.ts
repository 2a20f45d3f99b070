import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GuardedString, IcfArray, NAME, Name, OPTION, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { secret } from '../../support/secret-values.js';
import type { FakeRequest } from '../../targets/rest/exchange.js';
import { fault, type Fault } from '../../targets/rest/faults.js';
import type { FakeAws } from './fake.js';
import { callerFor, watchedCaller } from './system.js';
import { answered, errorAnswer } from './xml.js';

let fake: FakeAws;
let caller: ConnectorCaller;
watchedCaller('unhappy paths', (started) => ({ fake, caller } = started));

const PASSWORD = secret('password for failing writes');
const password = Attribute.of('__PASSWORD__', new GuardedString(PASSWORD));
const BOB = new Uid('bob');
const onAction = (action: string) => ({ on: ({ body }: FakeRequest) => (body as { Action?: string }).Action === action });
const failing = (action: string, status: number, code: string, message = 'Because.'): void => fake.service.faults.next(fault.answer(errorAnswer(status, code, message)), onAction(action));
const names = async (more: Record<string, IcfValue> = {}): Promise<string[]> => (await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', [NAME]), ...more })).items.map(({ uid }) => uid.value);
const create = (name: string, ...more: Attribute[]): Promise<Uid> => caller.create(ACCOUNT, new Name(name), ...more);

describe('credentials', () => {
  it('whose time is over are renewed, and the request repeated', async () => {
    await caller.test();
    fake.expireKeys();
    expect((await create('bob')).value).toBe('bob');
    expect(fake.sts.seen).toHaveLength(2);
    expect(fake.actions).toEqual(['ListUsers', 'CreateUser', 'CreateUser']);
  });

  it('that are refused again are an error, and so is a request that is not allowed', async () => {
    fake.service.faults.next(fault.answer(errorAnswer(403, 'ExpiredToken')), { times: 2 });
    expect((await failure(caller.test())).kind).toBe('invalidCredential');
    fake.service.faults.next(fault.answer(errorAnswer(403, 'AccessDenied', 'User: x is not authorized to perform: iam:ListUsers')));
    expect(await failure(caller.test())).toMatchObject({ kind: 'permissionDenied', message: expect.stringContaining('iam:ListUsers') as string });
    fake.sts.faults.next(fault.answer(errorAnswer(403, 'AccessDenied')));
    const other = callerFor(fake);
    expect((await failure(other.test())).kind).toBe('permissionDenied');
    await other.dispose();
  });
});

describe('a list', () => {
  beforeEach(() => { for (const name of ['a', 'b', 'c', 'd', 'e']) fake.add(name); });

  it('comes whole over an empty last page, and not at all where a page comes again', async () => {
    const other = callerFor(fake, { pageSize: 2 });
    fake.service.pages.oddity = 'emptyLast';
    expect((await other.search(ACCOUNT)).items).toHaveLength(5);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(other.search(ACCOUNT))).message).toContain('again and again');
    await other.dispose();
  });

  it('leaves out who has gone before being read', async () => {
    failing('GetUser', 404, 'NoSuchEntity');
    expect((await caller.search(ACCOUNT)).items).toHaveLength(4);
  });

  it('waits where AWS is asked too often, and asks again', async () => {
    failing('ListUsers', 400, 'Throttling', 'Rate exceeded');
    expect(await names()).toHaveLength(5);
    expect(fake.actions).toEqual(['ListUsers', 'ListUsers']);
  });

  it('is asked for again where a proxy failed', async () => {
    fake.service.faults.next(fault.serverError(502));
    expect(await names()).toHaveLength(5);
  });

  it.each<readonly [string, Fault, string]>([
    ['fails', fault.answer(errorAnswer(500, 'ServiceFailure')), 'connectorIo'], ['answers with a page for people', fault.loginPage(), 'connectorIo'], ['answers in part', fault.truncatedJson(), 'connectorIo'],
    ['answers something else', fault.answer(answered('GetUser', { User: {} })), 'connector'], ['answers JSON', fault.errorBody({ Users: {} }), 'connector'], ['answers 401 without reason', fault.unauthorized(), 'invalidCredential'],
    ['answers with entities of its own', fault.answer({ headers: { 'content-type': 'text/xml' }, body: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><ListUsersResponse><ListUsersResult><Users>&e;</Users></ListUsersResult></ListUsersResponse>' }), 'connectorIo'],
    ['has a long page for its error', fault.hugeErrorPage(), 'connectorIo'],
  ])('is an error and no empty list where AWS %s', async (_, what, kind) => {
    fake.service.faults.always(what);
    expect((await failure(names())).kind).toBe(kind);
    fake.service.faults.clear();
  });
});

describe('a write', () => {
  it.each<readonly [string, number, string, string]>([
    ['EntityAlreadyExists', 409, 'User with name bob already exists.', 'alreadyExists'], ['LimitExceeded', 409, 'Cannot exceed quota for UsersPerAccount: 5000', 'connector'],
    ['ConcurrentModification', 409, 'Try later.', 'retryable'], ['InvalidInput', 400, 'Duplicate tag keys found.', 'invalidAttributeValue'], ['NoSuchEntity', 404, 'Scope ARN: arn:x does not exist or is not attachable.', 'invalidAttributeValue'],
  ])('that AWS answers with %s fails so, with AWS\'s words', async (code, status, message, kind) => {
    failing('CreateUser', status, code, message);
    expect(await failure(create('bob'))).toMatchObject({ kind, outcome: 'notApplied', message: expect.stringContaining(message) as string });
  });

  it('of unknown outcome is not repeated', async () => {
    fake.service.faults.next(fault.resetAfter(), onAction('CreateUser'));
    expect(await failure(create('bob'))).toMatchObject({ outcome: 'unknown' });
    expect(fake.actions).toEqual(['CreateUser']);
    fake.service.faults.next(fault.answer(errorAnswer(503, 'ServiceUnavailable')), onAction('CreateUser'));
    expect(await failure(create('ann'))).toMatchObject({ kind: 'retryable', outcome: 'unknown' });
  });

  it('that made a user without its password says so, and shows nobody the password', async () => {
    fake.shortestPassword = 100;
    const error = await failure(create('bob', password));
    expect(error).toMatchObject({ kind: 'invalidPassword', outcome: 'applied', message: expect.stringMatching(/^The user was created with the uid 'bob'\. Then its password failed: .*password policy/) as string });
    expect(error.message).not.toContain(PASSWORD);
    failing('CreateLoginProfile', 404, 'NoSuchEntity', 'The user with name ann cannot be found.');
    expect(await failure(create('ann', password))).toMatchObject({ kind: 'connector', outcome: 'applied', message: expect.stringContaining('set the password again') as string });
  });

  it('that got half way says what it changed, and leaves the name to the last', async () => {
    fake.add('bob');
    fake.add('ann');
    const error = await failure(caller.update(ACCOUNT, BOB, new Name('ANN'), Attribute.of('Path', '/x/'), Attribute.of('Tags', new Map([['a', 'b']]))));
    expect(error).toMatchObject({ kind: 'alreadyExists', outcome: 'applied', message: expect.stringMatching(/^Changed: tags set, path\. Then name failed: .*already exists/) as string });
    expect(fake.users.get('bob')).toMatchObject({ Path: '/x/' });
    expect(await failure(caller.update(ACCOUNT, BOB, Attribute.of('Path', 'x')))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
  });

  it('to a user who is not there is refused, whatever it is', async () => {
    for (const given of [new Name('nobody'), Attribute.of('Path', '/x/'), password, Attribute.of('Tags', new Map([['a', 'b']])), new Attribute('PermissionBoundary', null), new Attribute('__PASSWORD__', null)]) {
      expect((await failure(caller.update(ACCOUNT, new Uid('nobody'), given))).kind).toBe('unknownUid');
    }
  });
});

describe('a deletion', () => {
  const DEPENDENTS = new Map([
    ['ListAccessKeys', ['AKIAI44QH8DHBEXAMPLE', 'AKIAIOSFODNN7EXAMPL2']], ['ListSigningCertificates', ['TA7SMP42TDN5Z26OBPJE7EXAMPLE123']], ['ListSSHPublicKeys', ['APKAEIBAERJR2EXAMPLE']],
    ['ListServiceSpecificCredentials', ['ACCA12345ABCDEXAMPLE']], ['ListMFADevices', ['arn:aws:iam::470686885243:mfa/bob']], ['ListUserPolicies', ['inline']],
    ['ListAttachedUserPolicies', ['arn:aws:iam::aws:policy/ReadOnlyAccess']], ['ListGroupsForUser', ['staff', 'admins']],
  ]);

  it('of a user with more than a password is refused, and changes nothing', async () => {
    fake.add('bob', { password: PASSWORD, has: new Map([...DEPENDENTS].filter(([list]) => ['ListAccessKeys', 'ListGroupsForUser'].includes(list))) });
    expect(await failure(caller.remove(ACCOUNT, BOB))).toMatchObject({ kind: 'connector', outcome: 'notApplied', message: 'The user \'bob\' cannot be deleted with access keys, groups. Remove them at AWS, or set deleteDependents.' });
    expect(fake.users.get('bob')!.password).toBe(PASSWORD);
  });

  it('removes everything first where the configuration says so', async () => {
    fake.add('bob', { password: PASSWORD, has: new Map(DEPENDENTS) });
    const other = callerFor(fake, { deleteDependents: true });
    failing('DeleteSSHPublicKey', 500, 'ServiceFailure');
    expect(await failure(other.remove(ACCOUNT, BOB))).toMatchObject({ outcome: 'applied', message: expect.stringMatching(/^Changed: access keys, access keys, signing certificates\. Then SSH keys failed/) as string });
    await other.remove(ACCOUNT, BOB);
    expect(fake.users.size).toBe(0);
    await other.dispose();
  });
});

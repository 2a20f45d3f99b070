import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, Name } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { fault, type Fault } from '../../targets/rest/faults.js';
import type { FakeIdentityCenter } from './fake.js';
import { callerFor, person, watchedFake, type WatchedFake } from './system.js';

let watched: WatchedFake;
let fake: FakeIdentityCenter;
let caller: ConnectorCaller;
beforeEach(async () => {
  watched = await watchedFake('failures');
  ({ fake } = watched);
  caller = callerFor(fake);
});
afterEach(async () => {
  await caller.dispose();
  await watched.stop();
});

const type = 'application/x-amz-json-1.1';
const said = (code: string, more: object = {}, status = 400): Fault => fault.answer({ status, headers: { 'content-type': type }, body: JSON.stringify({ __type: `com.amazonaws.identitystore#${code}`, Message: 'why', ...more }) });

describe('the keys of a session', () => {
  it('are those of one role, assumed once however many ask', async () => {
    await Promise.all(Array.from({ length: 5 }, () => caller.search(GROUP)));
    expect(fake.sts.seen.map(({ body }) => body)).toEqual([{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: fake.roleArn, RoleSessionName: 'causeway', DurationSeconds: '3600' }]);
  });

  it('are renewed where AWS says that they have expired, and the request is carried out once', async () => {
    await caller.create(GROUP, new Name('before'));
    fake.endSessions();
    await caller.create(GROUP, new Name('after'));
    expect(fake.sts.seen).toHaveLength(2);
    expect([...fake.kept.Group.values()].map(({ DisplayName: name }) => name)).toEqual(['before', 'after']);
  });

  it('that expire again and again are not asked for without end', async () => {
    fake.store.faults.always(said('ExpiredTokenException'));
    expect(await failure(caller.create(GROUP, new Name('never')))).toMatchObject({ kind: 'invalidCredential', outcome: 'notApplied' });
    expect(fake.sts.seen).toHaveLength(2);
  });

  it.each([[-20, 'Signature not yet current'], [20, 'Signature expired']])('are not had by a clock that is %i minutes off, and that is said', async (minutes, words) => {
    fake.ahead = minutes * 60_000;
    const error = await failure(caller.test());
    expect(error).toMatchObject({ kind: 'invalidCredential' });
    expect(error.message).toMatch(new RegExp(`${words}.*clock of this machine`));
  });

  it.each([
    ['AccessDenied', 403, 'permissionDenied', /trust policy/], ['ExpiredToken', 400, 'invalidCredential', /access key/], ['ValidationError', 400, 'configuration', /role/],
    ['RegionDisabledException', 403, 'configuration', /region/], ['Throttling', 400, 'retryable', /later/], ['InternalFailure', 500, 'retryable', /later/],
  ] as const)('are not had where STS says %s (%i)', async (code, status, kind, advice) => {
    const body = `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>AWS &amp; words</Message></Error><RequestId>c6104cbe</RequestId></ErrorResponse>`;
    fake.sts.faults.always(fault.answer({ status, body, headers: { 'content-type': 'text/xml' } }));
    const error = await failure(caller.create(GROUP, new Name('staff')));
    expect([error.kind, error.outcome]).toEqual([kind, 'notApplied']);
    expect(error.message).toMatch(advice);
    expect(error.message).toContain(`${code}: AWS & words`);
    expect(fake.asked).toEqual([]);
  });

  it.each([['a login page', fault.loginPage()], ['half an answer', fault.truncatedJson()]])('are not taken from %s', async (_, bad) => {
    fake.sts.faults.always(bad);
    const error = await failure(caller.create(GROUP, new Name('staff')));
    expect([error.kind, error.outcome]).toEqual(['connector', 'notApplied']);
    expect(error.message).not.toContain('Sign in');
  });
});

describe('an identity store that fails', () => {
  it.each([
    ['AccessDeniedException', 400, 'permissionDenied', 'notApplied'], ['UnrecognizedClientException', 400, 'invalidCredential', 'notApplied'], ['ServiceQuotaExceededException', 402, 'connector', 'notApplied'],
    ['ConflictException', 400, 'alreadyExists', 'notApplied'], ['ValidationException', 400, 'invalidAttributeValue', 'notApplied'], ['InternalServerException', 500, 'connectorIo', 'unknown'],
  ] as const)('with %s (%i) fails a create as %s', async (code, status, kind, outcome) => {
    fake.store.faults.always(said(code, {}, status));
    expect(await failure(caller.create(GROUP, new Name('staff')))).toMatchObject({ kind, outcome, message: expect.stringContaining('why') as string });
  });

  it('with another change under way fails one that may be made again', async () => {
    fake.store.faults.next(said('ConflictException', { Reason: 'CONCURRENT_MODIFICATION' }));
    expect(await failure(caller.create(GROUP, new Name('staff')))).toMatchObject({ kind: 'retryable', outcome: 'notApplied', retryable: true });
  });

  it('with too many requests, by 400 or 429, is waited for, also by writes', async () => {
    fake.store.faults.next(said('ThrottlingException', { RetryAfterSeconds: 1 }));
    fake.store.faults.next(fault.tooMany(1));
    const uid = await caller.create(GROUP, new Name('staff'));
    expect(fake.store.faults.left).toBe(0);
    expect(await caller.values(GROUP, uid)).toMatchObject({ __NAME__: 'staff' });
  }, 20_000);

  it('on its way is asked again for what only reads', async () => {
    await caller.create(GROUP, new Name('staff'));
    fake.store.faults.next(fault.serverError(503));
    expect((await caller.search(GROUP)).items).toHaveLength(1);
    fake.store.faults.next(fault.serverError(503));
    expect(await failure(caller.create(GROUP, new Name('other')))).toMatchObject({ kind: 'retryable', outcome: 'unknown' });
  });

  it.each([['a login page', fault.loginPage(), 'unknown'], ['half an answer', fault.truncatedJson(), 'unknown'], ['another answer', fault.errorBody(), 'applied']])('with %s is not understood, and nothing is made of it', async (_, bad, outcome) => {
    await caller.create(GROUP, new Name('staff'));
    fake.store.faults.always(bad);
    expect((await failure(caller.search(GROUP))).kind).toMatch(/^connector/);
    expect(await failure(caller.create(GROUP, new Name('other')))).toMatchObject({ outcome, kind: expect.stringMatching(/^connector/) as string });
  });
});

describe('memberships', () => {
  const withGroups = (...groups: readonly string[]): Attribute => new Attribute('__GROUPS__', [...groups]);

  it('that cannot be made after the user was are told, with what has been done', async () => {
    const groups = ['a', 'b', 'c'].map((name) => fake.addGroup(name));
    fake.kept.Group.delete(groups[1] ?? '');
    const error = await failure(caller.create(ACCOUNT, ...person('jane', withGroups(...groups))));
    const [uid] = [...fake.kept.User.keys()];
    expect(error).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'applied' });
    expect(error.message).toMatch(new RegExp(`created with the uid '${uid}'.*3 changes of __GROUPS__ 1 .*no group '${groups[1]}'`));
    expect((await caller.values(ACCOUNT, (await caller.search(ACCOUNT)).items[0]!.uid))['__GROUPS__']).toBe(groups[0]);
  });

  it('in what can be no group are refused before the user is made', async () => {
    expect(await failure(caller.create(ACCOUNT, ...person('jane', withGroups('staff'))))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('\'staff\'') as string });
    expect(fake.kept.User.size).toBe(0);
  });

  it('are made and ended one by one, and what is as wanted already is no failure', async () => {
    const [a = '', b = ''] = ['a', 'b'].map((name) => fake.addGroup(name));
    const uid = await caller.create(ACCOUNT, ...person('jane', withGroups(a)));
    fake.store.faults.next(said('ConflictException', { Reason: 'UNIQUENESS_CONSTRAINT_VIOLATION' }), { on: fake.on('CreateGroupMembership') });
    fake.store.faults.next(said('ResourceNotFoundException', { ResourceType: 'GROUP_MEMBERSHIP' }), { on: fake.on('DeleteGroupMembership') });
    await caller.update(ACCOUNT, uid, withGroups(b));
    expect(fake.store.faults.left).toBe(0);
    expect((await caller.values(ACCOUNT, uid))['__GROUPS__']).toBe(a);
    await caller.update(ACCOUNT, uid, withGroups(b));
    expect((await caller.values(ACCOUNT, uid))['__GROUPS__']).toBe(b);
  });

  it('of a user who goes while the list is read are not missed', async () => {
    for (const name of ['jane', 'joe']) await caller.create(ACCOUNT, ...person(name));
    fake.store.faults.next(said('ResourceNotFoundException', { ResourceType: 'USER' }), { on: fake.on('ListGroupMembershipsForMember') });
    expect((await caller.search(ACCOUNT)).items).toHaveLength(1);
  });
});

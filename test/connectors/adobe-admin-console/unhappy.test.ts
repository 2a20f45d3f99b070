import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP, Uid } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeAdobe } from './fake.js';
import { ADOBE } from './system.js';

let fake: FakeAdobe;
let caller: ConnectorCaller;
const JOHN = 'john.doe@domain1.com';
const ACTION = 'POST /v2/usermanagement/action';
beforeEach(async () => {
  ({ fake, caller } = await connected(ADOBE));
  fake.addUser(JOHN);
});

const newUser = (...more: readonly Attribute[]) => caller.create(ACCOUNT, Attribute.of('email', 'new@example.com'), Attribute.of('type', 'federatedID'), ...more);

describe('Adobe Admin Console: what goes wrong', () => {
  it('gets another token where Adobe takes the old one no more', async () => {
    await caller.test();
    fake.service.tokens.expireAll();
    expect((await caller.search(ACCOUNT)).items).toHaveLength(1);
    expect(fake.service.tokens.issued).toBe(2);
  });

  it('waits as long as a 429 says, and asks again', async () => {
    fake.service.faults.next(fault.tooMany(1), { on: ACTION });
    await newUser();
    expect(fake.users.has('new@example.com')).toBe(true);
  });

  it('does not know what became of a change where Adobe failed, or answered what is no JSON', async () => {
    for (const wrong of [fault.serverError(500), fault.loginPage(), fault.truncatedJson(), fault.errorBody({})]) {
      fake.service.faults.next(wrong, { on: ACTION });
      expect((await failure(newUser())).outcome, wrong.name).not.toBe('notApplied');
      fake.users.delete('new@example.com');
    }
  });

  it('does not take a page that is no JSON, or half of one, for users', async () => {
    for (const wrong of [fault.loginPage(), fault.truncatedJson()]) {
      fake.service.faults.next(wrong, { on: 'GET /v2/usermanagement/users' });
      expect((await failure(caller.search(ACCOUNT))).message).toContain('Adobe Admin Console Connector');
    }
  });

  it('says that a user was created whose memberships were refused, in one command or in a later one', async () => {
    const group = fake.addGroup('gone');
    await caller.search(ACCOUNT);
    await caller.update(ACCOUNT, new Uid(JOHN), new Attribute('__GROUPS__', [group]));
    fake.groups.delete('gone');
    expect(await failure(newUser(new Attribute('__GROUPS__', [group])))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'applied', message: expect.stringMatching(/'new@example\.com' was created.*gone/) as unknown });
    expect(fake.users.has('new@example.com')).toBe(true);
    const many = Array.from({ length: 12 }, (_, index) => fake.addGroup(`group ${index}`));
    fake.users.delete('new@example.com');
    fake.service.faults.next(fault.forbidden(), { on: ({ text }) => text.includes('group 11') });
    expect(await failure(newUser(new Attribute('__GROUPS__', many)))).toMatchObject({ kind: 'permissionDenied', outcome: 'applied' });
    expect(fake.users.get('new@example.com')?.groups.size).toBe(10);
  });

  it('changes nothing in part where the first step was refused', async () => {
    expect(await failure(caller.update(ACCOUNT, new Uid('nobody@example.com'), Attribute.of('firstname', 'x')))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect(await failure(caller.remove(ACCOUNT, new Uid('nobody@example.com')))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect(await failure(caller.update(GROUP, new Uid('4711'), Attribute.of('description', 'x')))).toMatchObject({ kind: 'unknownUid', outcome: 'notApplied' });
    expect((await failure(caller.create(ACCOUNT, Attribute.of('email', JOHN), Attribute.of('type', 'federatedID')))).kind).toBe('alreadyExists');
  });

  it('reads to the end where the last page is empty, and notices a page that comes again', async () => {
    for (let index = 0; index < 3; index++) fake.addUser(`user${index}@example.com`);
    fake.userPage = 2;
    fake.service.pages.oddity = 'emptyLast';
    expect((await caller.search(ACCOUNT)).items).toHaveLength(4);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(ACCOUNT))).message).toContain('again and again');
  });
});

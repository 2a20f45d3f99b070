import { beforeEach, describe, expect, it } from 'vitest';
import { Attribute, Name, Uid } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeServiceNow } from './fake.js';
import { SERVICENOW } from './system.js';

let fake: FakeServiceNow;
let caller: ConnectorCaller;
beforeEach(async () => {
  ({ fake, caller } = await connected(SERVICENOW, { pageSize: 2 }));
  for (let index = 0; index < 5; index++) fake.add('sys_user', { email: `u${index}@x.org`, user_name: `u${index}` });
});

describe('ServiceNow when something is wrong', () => {
  it('gets a new token for one that has expired, and waits when it is asked too often', async () => {
    await caller.test();
    fake.service.tokens.expireAll();
    expect((await caller.search('user')).items).toHaveLength(5);
    expect(fake.service.tokens.issued).toBe(2);
    fake.service.faults.next(fault.tooMany(1));
    expect((await caller.search('user')).items).toHaveLength(5);
  });

  it.each([
    ['a login page', fault.loginPage(), /connector|connectorIo|retryable/], ['half an answer', fault.truncatedJson(), /connector/], ['500', fault.serverError(500), /connectorIo/],
    ['a query that took too long', fault.answer({ body: { result: [{ sys_id: 'x' }], error: { message: 'Transaction cancelled: maximum execution time exceeded' }, status: 'failure' } }), /operationTimeout/],
    ['an error in a good answer', fault.errorBody({ result: [], error: { message: 'Whatever' }, status: 'failure' }), /^connector$/], ['a table the user may not see', fault.forbidden({ error: { message: 'Operation Failed', detail: 'ACL restricts' } }), /permissionDenied/],
  ])('does not take %s for the end of a list', async (_, wrong, kind) => {
    fake.service.faults.always(wrong, { on: ({ query }) => query.get('sysparm_offset') === '2' });
    expect((await failure(caller.search('user'))).kind).toMatch(kind);
  });

  it('knows what is there already from what is refused', async () => {
    const taken = await failure(caller.create('user', new Name('a@x.org'), Attribute.of('user_name', 'u1')));
    expect(taken).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied' });
    fake.service.faults.next(fault.forbidden({ error: { message: 'Operation Failed', detail: 'Operation against file \'sys_user\' was aborted by Business Rule' } }));
    const refused = await failure(caller.create('user', new Name('a@x.org')));
    expect([refused.kind, refused.message]).toEqual(['permissionDenied', expect.stringContaining('aborted by Business Rule')]);
    fake.service.faults.next(fault.resetAfter(), { on: 'POST /api' });
    expect((await failure(caller.create('user', new Name('b@x.org')))).outcome).toBe('unknown');
  });

  it('knows an object that is not there, and writes nothing to a path made of a uid', async () => {
    for (const uid of ['0'.repeat(32), '../sys_user_role/1', 'a?sysparm_query=x']) {
      expect(await caller.get('user', new Uid(uid))).toBeNull();
      expect((await failure(caller.update('user', new Uid(uid), Attribute.of('phone', '1')))).kind).toBe('unknownUid');
      expect((await failure(caller.remove('user', new Uid(uid)))).kind).toBe('unknownUid');
    }
    expect(fake.table('sys_user').size).toBe(5);
    expect(fake.service.complaints).toEqual([]);
  });

  it('comes to the end of a list whose last page is empty, and not of one that repeats a page', async () => {
    fake.service.pages.oddity = 'duplicate';
    fake.tells = false;
    expect((await failure(caller.search('user'))).message).toMatch(/same page/);
    fake.service.pages.oddity = 'emptyLast';
    expect((await caller.search('user')).items).toHaveLength(5);
  });
});

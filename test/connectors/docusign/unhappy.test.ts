import { beforeEach, describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, GROUP } from '../../../protocol/model/index.js';
import { failure, type ConnectorCaller } from '../../support/connector-caller.js';
import { connected } from '../../support/tested-service.js';
import { fault } from '../../targets/rest/faults.js';
import type { FakeDocuSign } from './fake.js';
import { DOCUSIGN } from './system.js';

let fake: FakeDocuSign;
let caller: ConnectorCaller;
beforeEach(async () => { ({ fake, caller } = await connected(DOCUSIGN)); });

const create = () => caller.create(ACCOUNT, Attribute.of('userName', 'Carlos Garcia'), Attribute.of('email', 'c@example.com'));

describe('DocuSign: what goes wrong', () => {
  it('gets another token where the old one is good no more', async () => {
    await caller.test();
    fake.service.tokens.expireAll();
    expect((await caller.search(GROUP)).items).toHaveLength(1);
    expect(fake.service.tokens.issued).toBe(2);
  });

  it('waits as long as a 429 says, and calls a used-up limit one that passes', async () => {
    fake.service.faults.next(fault.tooMany(1));
    await create();
    expect(fake.users.size).toBe(1);
    fake.service.faults.next({ name: 'limit', instead: { status: 400, body: { errorCode: 'HOURLY_APIINVOCATION_LIMIT_EXCEEDED', message: 'The maximum number of hourly API invocations has been exceeded.' } } });
    expect(await failure(caller.search(GROUP))).toMatchObject({ kind: 'retryable', retryable: true });
  });

  it('does not know what became of a create where DocuSign failed, or answered what is no JSON', async () => {
    for (const wrong of [fault.serverError(500), fault.loginPage(), fault.truncatedJson(), fault.errorBody({})]) {
      fake.service.faults.next(wrong);
      expect((await failure(create())).outcome, wrong.name).not.toBe('notApplied');
      fake.users.clear();
    }
  });

  it('does not take a page that is no JSON, or half of one, for users', async () => {
    for (const wrong of [fault.loginPage(), fault.truncatedJson()]) {
      fake.service.faults.next(wrong);
      expect((await failure(caller.search(ACCOUNT))).message).toContain('DocuSign Connector');
    }
  });

  it('notices a page that comes again', async () => {
    for (let index = 0; index < 150; index++) fake.addGroup(`group ${index}`);
    fake.service.pages.oddity = 'duplicate';
    expect((await failure(caller.search(GROUP))).message).toContain('again and again');
    fake.service.pages.oddity = 'emptyLast';
    expect((await caller.search(GROUP)).items).toHaveLength(151);
  });
});

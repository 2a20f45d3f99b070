import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { on } from '../../../../connectors/engines/http/answer-errors.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { requireObject } from '../../../../connectors/engines/rest/rest-call.js';
import { awsQuery, awsQueryAnswer } from '../../../../connectors/engines/rest/rpc/aws-query.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { ACCOUNT, Attribute, NAME, Name, OPTION, IcfArray, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import type { FakeAnswer, FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault } from '../../../targets/rest/faults.js';

const iam = awsQuery('2010-05-08');
const CODE = 'Error.Code';
const connector = defineRestConnector({
  id: 'query', displayName: 'Query', family: 'Test', key: { bundleName: 'test', bundleVersion: '1', connectorName: 'query' }, properties: properties({ address: text({ required: true, help: 'Address.' }) }),
  service: {
    address: ({ address }) => httpAddress('address', address), authentication: () => noAuthentication, headers: () => new Map([['accept', 'text/xml']]), translated: awsQueryAnswer,
    test: async (call) => { await iam.send(call, 'GetAccountSummary', {}); },
    throttled: [on(400, { at: CODE, is: 'Throttling' }).fail('retryable')], messages: ['Error.Message'],
    errors: [on(409, { at: CODE, is: 'EntityAlreadyExists' }).fail('alreadyExists'), on(409).fail('connector')],
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: { [NAME]: string({ wire: 'UserName', required: true }), Tags: string({ multi: true, write: (values) => (values ?? []).map((value) => ({ Key: value as string, Value: '' })) }), Path: string() },
      uid: 'UserName', list: iam.list('ListUsers', 'Users', { PathPrefix: '/' }),
      create: async (call, { object }) => requireObject(requireObject(await iam.send(call, 'CreateUser', object), 'CreateUser')['User'], 'CreateUser'),
    },
  },
});

/** Answers as https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html and CommonErrors have them. */
const xml = (action: string, result: string, status = 200): FakeAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body: `<${action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/">${result}<ResponseMetadata><RequestId>7a62c49f</RequestId></ResponseMetadata></${action}Response>` });
const error = (status: number, code: string, message = 'what is wrong'): FakeAnswer => ({ status, headers: { 'content-type': 'text/xml' }, body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>` });
const users = (names: readonly string[], rest = ''): FakeAnswer => xml('ListUsers', `<ListUsersResult><Users>${names.map((name) => `<member><UserName>${name}</UserName></member>`).join('')}</Users>${rest}</ListUsersResult>`);

let service: FakeService;
let caller: ConnectorCaller;
let answer: (form: Record<string, string>) => FakeAnswer;
const forms = (): unknown[] => service.seen.map(({ body }) => body);
const names = async (): Promise<string[]> => (await caller.search(ACCOUNT, undefined, { [OPTION.attributesToGet]: new IcfArray('String', [NAME]) })).items.map(({ uid }) => uid.value);

beforeEach(async () => {
  service = await FakeService.start({ routes: { 'POST /': ({ body }: FakeRequest) => answer(body as Record<string, string>) } });
  caller = new ConnectorCaller(connector, { address: service.address });
});
afterEach(async () => {
  await caller.dispose();
  await service.stop();
});

describe('AWS\'s Query protocol', () => {
  it('has structures and lists in forms, and results in envelopes', async () => {
    answer = () => xml('CreateUser', '<CreateUserResult><User><UserName>Bob</UserName></User></CreateUserResult>');
    expect(await caller.create(ACCOUNT, new Name('Bob'), new Attribute('Tags', ['a', 'b']))).toEqual(new Uid('Bob'));
    expect(forms()).toEqual([{ Action: 'CreateUser', Version: '2010-05-08', UserName: 'Bob', 'Tags.member.1.Key': 'a', 'Tags.member.1.Value': '', 'Tags.member.2.Key': 'b', 'Tags.member.2.Value': '' }]);
  });

  it('lists by markers as long as there is more, over empty pages', async () => {
    answer = ({ Marker }) => (Marker === undefined ? users(['a'], '<IsTruncated>true</IsTruncated><Marker>m&amp;1</Marker>') : Marker === 'm&1' ? users([], '<IsTruncated>true</IsTruncated><Marker>2</Marker>') : users(['b'], '<IsTruncated>false</IsTruncated><Marker>3</Marker>'));
    expect(await names()).toEqual(['a', 'b']);
    const all = { Action: 'ListUsers', Version: '2010-05-08', PathPrefix: '/', MaxItems: '100' };
    expect(forms()).toEqual([all, { ...all, Marker: 'm&1' }, { ...all, Marker: '2' }]);
  });

  it('tells errors by their code, with their message', async () => {
    answer = () => error(409, 'EntityAlreadyExists', 'User with name Bob already exists.');
    expect(await failure(caller.create(ACCOUNT, new Name('Bob')))).toMatchObject({ kind: 'alreadyExists', outcome: 'notApplied', message: expect.stringContaining('User with name Bob already exists.') as string });
    answer = () => error(409, 'LimitExceeded');
    expect((await failure(caller.create(ACCOUNT, new Name('Bob')))).kind).toBe('connector');
  });

  it('waits where it is asked too often, though it says so with 400', async () => {
    let asked = 0;
    answer = () => (asked++ === 0 ? error(400, 'Throttling', 'Rate exceeded') : xml('GetAccountSummary', '<GetAccountSummaryResult/>'));
    await caller.test();
    expect(asked).toBe(2);
  });

  it('has readings repeated that failed on their way, and no writes', async () => {
    answer = () => users(['a']);
    service.faults.next(fault.serverError(502));
    expect(await names()).toEqual(['a']);
    service.faults.next(fault.serverError(502));
    expect(await failure(caller.create(ACCOUNT, new Name('Bob')))).toMatchObject({ outcome: 'unknown' });
    expect(forms()).toHaveLength(3);
  });

  it('has empty lists, blank or not', async () => {
    for (const empty of ['<Users/>', '<Users></Users>', '<Users>\n  </Users>']) {
      answer = () => xml('ListUsers', `<ListUsersResult>${empty}<IsTruncated>false</IsTruncated></ListUsersResult>`);
      expect(await names()).toEqual([]);
    }
  });

  it.each([
    ['an answer without it', '<ListUsersResponse><ListUsersResult><IsTruncated>false</IsTruncated></ListUsersResult></ListUsersResponse>'],
    ['something else in its place', '<ListUsersResponse><ListUsersResult><Users><Name>a</Name></Users></ListUsersResult></ListUsersResponse>'],
    ['half of an answer', '<ListUsersResponse><ListUsersResult><Users>'], ['another document', '<Page><Users/></Page>'], ['none', ''],
  ])('takes %s for no list', async (_, body) => {
    answer = () => ({ status: 200, headers: { 'content-type': 'text/xml' }, body });
    const told = await failure(names());
    expect(['connectorIo', 'connector']).toContain(told.kind);
  });
});

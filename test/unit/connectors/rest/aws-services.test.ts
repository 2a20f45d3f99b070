import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { httpAddress } from '../../../../connectors/engines/rest/http-configuration.js';
import { awsErrors, awsThrottling } from '../../../../connectors/engines/rest/rpc/aws-errors.js';
import { awsJson } from '../../../../connectors/engines/rest/rpc/aws-json.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { ACCOUNT, Attribute, NAME, Name } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import type { FakeRequest } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';
import { fault } from '../../../targets/rest/faults.js';

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const shelves = awsJson('Library');

const connector = defineRestConnector({
  id: 'shelves', displayName: 'Shelves', family: 'Test', key: { bundleName: 'test', bundleVersion: '1', connectorName: 'shelves' },
  properties: properties({ address: text({ required: true, help: 'Address.' }) }),
  service: {
    address: ({ address }) => httpAddress('address', address), authentication: () => noAuthentication,
    test: async (call) => { await shelves.send(call, 'DescribeLibrary', {}); },
    errors: awsErrors('__type'), throttled: awsThrottling('__type'),
  },
  objectClasses: {
    [ACCOUNT]: {
      attributes: { [NAME]: string({ wire: 'Name', required: true }) }, uid: 'Id',
      list: shelves.list('ListShelves', 'Shelves', (page) => ({ Library: 'l', ...page })),
      create: async (call, { object }) => (await shelves.send(call, 'CreateShelf', object)) as { Id: string },
    },
  },
});

let service: FakeService;
let caller: ConnectorCaller;
const asked: string[] = [];
beforeAll(async () => {
  service = await FakeService.start({
    routes: { 'POST /': ({ headers, body }: FakeRequest) => {
      asked.push(`${headers['content-type']} ${headers['x-amz-target']} ${JSON.stringify(body)}`);
      const { NextToken: token } = body as { NextToken?: string };
      const answers: Record<string, unknown> = {
        'Library.DescribeLibrary': {}, 'Library.CreateShelf': { Id: '3' },
        'Library.ListShelves': token === undefined ? { Shelves: [{ Id: '1', Name: 'a' }], NextToken: 'n' } : { Shelves: [{ Id: '2', Name: 'b' }] },
      };
      return { body: JSON.stringify(answers[headers['x-amz-target'] ?? '']), headers: JSON_TYPE };
    } },
  });
  caller = new ConnectorCaller(connector, { address: service.address });
});
afterEach(() => {
  service.faults.clear();
  asked.length = 0;
});
afterAll(async () => {
  await caller.dispose();
  await service.stop();
});

const refusal = (code: string, status = 400) => fault.answer({ status, headers: JSON_TYPE, body: JSON.stringify({ __type: code, message: 'why' }) });

describe('a service of AWS', () => {
  // https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html, and as the JSON protocols have them
  it.each([
    ['UnrecognizedClientException', 400, 'invalidCredential', /access key/], ['com.amazon.coral.service#InvalidSignatureException', 400, 'invalidCredential', /clock/], ['SignatureDoesNotMatch', 403, 'invalidCredential', /secret/],
    ['RequestExpired', 400, 'invalidCredential', /clock/], ['ExpiredTokenException', 400, 'invalidCredential', /access key/], ['InvalidClientTokenId', 403, 'invalidCredential', /access key/],
    ['AccessDeniedException', 400, 'permissionDenied', /[Gg]rant/], ['OptInRequired', 403, 'permissionDenied', /[Gg]rant/],
    ['ValidationException', 400, 'invalidAttributeValue', /values/], ['InternalServerException', 500, 'connectorIo', /failed/],
  ] as const)('that says %s (%i) fails a write as %s', async (code, status, kind, advice) => {
    service.faults.always(refusal(code, status));
    const error = await failure(caller.create(ACCOUNT, new Name('c')));
    expect([error.kind, error.outcome]).toEqual([kind, status === 500 ? 'unknown' : 'notApplied']);
    expect(error.message).toMatch(advice);
    expect(error.message).toContain('why');
  });

  it('is waited for where it says with 400 that it is asked too often, also by a write', async () => {
    for (const code of ['ThrottlingException', 'com.example#TooManyRequestsException']) service.faults.next(refusal(code));
    expect((await caller.create(ACCOUNT, new Name('c'))).value).toBe('3');
    expect(service.faults.left).toBe(0);
    expect(asked).toEqual(['application/x-amz-json-1.1 Library.CreateShelf {"Name":"c"}']);
  }, 20_000);

  it('is asked by POST and a header, again where that failed and only reads, and lists page by page', async () => {
    service.faults.next(fault.serverError(503));
    expect((await caller.search(ACCOUNT, { kind: 'startsWith', attribute: Attribute.of(NAME, '') })).items.map(({ uid }) => uid.value)).toEqual(['1', '2']);
    expect(asked).toEqual(['application/x-amz-json-1.1 Library.ListShelves {"Library":"l","MaxResults":100}', 'application/x-amz-json-1.1 Library.ListShelves {"Library":"l","MaxResults":100,"NextToken":"n"}']);
    service.faults.next(fault.serverError(503));
    await caller.test();
    service.faults.next(fault.serverError(503));
    expect(await failure(caller.create(ACCOUNT, new Name('c')))).toMatchObject({ kind: 'retryable', outcome: 'unknown' });
  });
});

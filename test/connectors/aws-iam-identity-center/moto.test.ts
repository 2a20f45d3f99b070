import { afterAll, beforeAll, expect, it } from 'vitest';
import identityCenter from '../../../connectors/catalog/aws-iam-identity-center/index.js';
import { ACCOUNT, Attribute, GROUP, GuardedString, Name, OPTION } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure, plain } from '../../support/connector-caller.js';
import type { FakeAnswer, FakeRequest } from '../../targets/rest/exchange.js';
import { FakeService } from '../../targets/rest/fake-service.js';
import { isMotoInstalled, startMoto, type Moto } from '../../targets/moto.js';

let moto: Moto;
let caller: ConnectorCaller;
let front: FakeService;

/** moto calls its JSON text/html; AWS calls it application/x-amz-json-1.1. */
async function forwarded({ text, headers }: FakeRequest): Promise<FakeAnswer> {
  const kept = Object.fromEntries(['authorization', 'content-type', 'x-amz-target', 'x-amz-date', 'x-amz-security-token'].map((name) => [name, headers[name] ?? '']));
  const response = await fetch(moto.endpoint, { method: 'POST', headers: kept, body: text });
  return { status: response.status, body: await response.text(), headers: { 'content-type': headers['x-amz-target'] === undefined ? 'text/xml' : 'application/x-amz-json-1.1' } };
}
const installed = isMotoInstalled();

beforeAll(async () => {
  if (!installed) return;
  moto = await startMoto();
  front = await FakeService.start({ routes: { 'POST /': forwarded } });
  caller = new ConnectorCaller(identityCenter, {
    accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: new GuardedString('wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'), roleArn: 'arn:aws:iam::123456789012:role/Causeway', roleSessionName: 'causeway',
    region: 'us-east-1', identityStoreId: 'd-1234567890', endpoint: front.origin, stsEndpoint: front.origin, readRateLimit: '900/sec', writeRateLimit: '900/sec',
  });
}, 60_000);
afterAll(async () => {
  if (!installed) return;
  await caller.dispose();
  await front.stop();
  await moto.stop();
});

const person = (name: string, ...more: Attribute[]): Attribute[] => [new Name(name), Attribute.of('displayName', 'Jane Doe'), Attribute.of('name', new Map([['givenName', 'Jane'], ['familyName', 'Doe']])), ...more];

it('users and groups are created, found, joined, read and deleted at moto', async () => {
  if (!installed) return console.log('not run: moto is not installed (node scripts/rest-targets.mjs)');
  await caller.test();
  const group = await caller.create(GROUP, new Name('staff'), Attribute.of('description', 'All of them'));
  const user = await caller.create(ACCOUNT, ...person('jane', new Attribute('__GROUPS__', [group.value]), Attribute.of('title', 'Dr'), Attribute.of('emails', new Map<string, string | boolean>([['value', 'jane@example.com'], ['type', 'work'], ['primary', true]]))));
  expect(await caller.values(ACCOUNT, user)).toMatchObject({ __NAME__: 'jane', name: { givenName: 'Jane', familyName: 'Doe' }, title: 'Dr', __GROUPS__: group.value, emails: { value: 'jane@example.com', type: 'work', primary: true } });
  expect(await caller.values(GROUP, group)).toMatchObject({ __NAME__: 'staff', description: 'All of them' });
  await caller.create(ACCOUNT, ...person('joe'));
  expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Name('joe') })).items.map(plain)).toMatchObject([{ __NAME__: 'joe' }]);
  expect((await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 1 })).items).toHaveLength(1);
  expect((await caller.search(ACCOUNT)).items).toHaveLength(2);
  await caller.update(ACCOUNT, user, new Attribute('__GROUPS__', []));
  expect((await caller.values(ACCOUNT, user))['__GROUPS__']).toEqual([]);
  expect((await failure(caller.create(ACCOUNT, ...person('jane')))).kind).toBe('alreadyExists');
  await caller.remove(ACCOUNT, user);
  expect(await caller.get(ACCOUNT, user)).toBeNull();
}, 60_000);

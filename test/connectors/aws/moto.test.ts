import { afterAll, beforeAll, expect, it } from 'vitest';
import aws from '../../../connectors/catalog/aws/index.js';
import { ACCOUNT, Attribute, GuardedString, Name, OPTION } from '../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';
import { secret } from '../../support/secret-values.js';
import { isMotoInstalled, startMoto, type Moto } from '../../targets/moto.js';

let moto: Moto;
let caller: ConnectorCaller;
const installed = isMotoInstalled();

beforeAll(async () => {
  if (!installed) return;
  moto = await startMoto();
  caller = new ConnectorCaller(aws, {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretKey: new GuardedString(secret('secret key for moto')), roleArn: 'arn:aws:iam::123456789012:role/Causeway', region: 'us-east-1', endpoint: moto.endpoint, stsEndpoint: moto.endpoint,
  });
}, 60_000);
afterAll(async () => {
  if (!installed) return;
  await caller.dispose();
  await moto.stop();
});

const password = (text: string): Attribute => Attribute.of('__PASSWORD__', new GuardedString(text));

it('users are created, found, changed, renamed and deleted at moto', async () => {
  if (!installed) return console.log('not run: moto is not installed (node scripts/rest-targets.mjs)');
  await caller.test();
  const tag = (name: string, value: string): Map<string, string> => new Map([[name, value]]);
  const uid = await caller.create(ACCOUNT, new Name('bjensen'), Attribute.of('Path', '/people/'), Attribute.of('Tags', new Map([['Key', 'Project'], ['Value', 'Meteor & <more>']])), password(secret('first password')));
  expect(await caller.values(ACCOUNT, uid)).toMatchObject({
    __UID__: 'bjensen', __NAME__: 'bjensen', Path: '/people/', Arn: 'arn:aws:iam::123456789012:user/people/bjensen', UserId: expect.stringMatching(/^\w{16,}$/) as string,
    CreatedDate: expect.stringMatching(/^\w{3} \w{3} \d\d [\d:]{8} UTC \d{4}$/) as string, Tags: { Project: 'Meteor & <more>' },
  });
  await caller.create(ACCOUNT, new Name('frank@example.com'));
  expect((await failure(caller.create(ACCOUNT, new Name('bjensen')))).kind).toBe('alreadyExists');
  expect((await caller.search(ACCOUNT, undefined, { [OPTION.pageSize]: 1 })).items).toHaveLength(1);
  expect((await caller.search(ACCOUNT)).items.map(({ uid: { value } }) => value)).toEqual(['bjensen', 'frank@example.com']);
  expect((await caller.search(ACCOUNT, { kind: 'equals', attribute: new Name('frank@example.com') })).items).toHaveLength(1);
  await caller.update(ACCOUNT, uid, new Attribute('Tags', [tag('Team', 'one'), tag('City', 'Oslo')]), password(secret('second password')));
  expect(await caller.values(ACCOUNT, uid)).toMatchObject({ Tags: [{ Team: 'one' }, { City: 'Oslo' }] });
  // moto keeps tags by the ARN, and loses them where path or name change.
  await caller.update(ACCOUNT, uid, Attribute.of('Path', '/'));
  const renamed = await caller.update(ACCOUNT, uid, new Name('barbara'));
  expect(renamed.value).toBe('barbara');
  expect(await caller.values(ACCOUNT, renamed)).toMatchObject({ __NAME__: 'barbara', Path: '/' });
  expect(await caller.get(ACCOUNT, uid)).toBeNull();
  await caller.remove(ACCOUNT, renamed);
  expect(await caller.get(ACCOUNT, renamed)).toBeNull();
  expect((await failure(caller.remove(ACCOUNT, renamed))).kind).toBe('unknownUid');
}, 60_000);

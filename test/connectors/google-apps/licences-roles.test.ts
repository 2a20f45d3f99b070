import { describe, expect, it } from 'vitest';
import googleApps from '../../../connectors/catalog/google-apps/index.js';
import { ACCOUNT, Attribute, IcfArray, Name, Uid, type Filter } from '../../../protocol/model/index.js';
import { failure, plain } from '../../support/connector-caller.js';
import { fault } from '../../targets/rest/faults.js';
import { asking, callerFor, map, user, watchedWorkspace } from './system.js';

const PRODUCT = '/apps/licensing/v1/product';
const at = watchedWorkspace('licences and roles');
const found = async (objectClass: string, filter?: Filter): Promise<string[]> => (await at.caller.search(objectClass, filter)).items.map(({ uid }) => uid.value);
const assigned = (productId: string, skuId: string, name = 'ana'): Attribute[] => [new Name('x'), Attribute.of('productId', productId), Attribute.of('skuId', skuId), Attribute.of('primaryEmail', `${name}@example.com`)];
const equals = (name: string, value: string): Filter => ({ kind: 'equals', attribute: Attribute.of(name, value) });

describe('licences', () => {
  it('[google-apps 35, 36] are those of the configuration, by the names Google publishes', async () => {
    const starter = { __UID__: 'Google-Apps/1010020027', __NAME__: 'Google Workspace Business Starter', productId: 'Google-Apps', productName: 'Google Workspace', skuId: '1010020027', skuName: 'Google Workspace Business Starter' };
    const { items } = await at.caller.search('License');
    expect(items).toHaveLength(40);
    expect(items.map(plain)).toContainEqual(starter);
    expect(await at.caller.values('License', new Uid('Google-Apps/1010020027'))).toEqual(starter);
    expect(await at.caller.get('License', new Uid('Google-Apps/nothing'))).toBeNull();
    const storage = { __UID__: 'Google-Drive-storage/Google-Drive-storage-20GB', __NAME__: 'Google-Drive-storage-20GB', productId: 'Google-Drive-storage', productName: 'Google-Drive-storage', skuId: 'Google-Drive-storage-20GB', skuName: 'Google-Drive-storage-20GB' };
    const two = callerFor(at.workspace, { availableLicenses: new IcfArray('String', [starter.__UID__, ` ${storage.__UID__}`, starter.__UID__]) });
    expect((await two.search('License')).items.map(plain)).toEqual([starter, storage]);
    expect(await two.values('License', new Uid(storage.__UID__))).toEqual(storage);
    await two.dispose();
  });

  it('[google-apps 34] of a user are asked for with each of availableLicenses, also one Google has under another product', async () => {
    expect(googleApps.properties.availableLicenses.default).toHaveLength(40);
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    await at.caller.create('LicenseAssignment', ...assigned('Google-Apps', '1010020027'));
    await at.caller.create('LicenseAssignment', ...assigned('101031', '1010310008', 'somebody'));
    const { items } = await at.caller.search(ACCOUNT, { kind: 'equals', attribute: uid }, asking('licenses'));
    expect(plain(items[0]!)['licenses']).toBe('Google-Apps/1010020027');
    expect(at.workspace.licensing.seenOf('GET /apps/licensing/v1/product').filter(({ path }) => path.endsWith('/user/ana%40example.com'))).toHaveLength(40);
  });

  it('of a user are an error where Google does not say which', async () => {
    const uid = await at.caller.create(ACCOUNT, ...user('ana'));
    at.workspace.licensing.faults.next(fault.answer({ status: 400, body: { error: { code: 400, message: 'Invalid userId' } } }), { on: `GET ${PRODUCT}/101034` });
    expect((await failure(at.caller.search(ACCOUNT, { kind: 'equals', attribute: uid }, asking('licenses')))).message).toContain('Invalid userId');
  });

  it('that are assigned are listed product by product, or for the product or SKU that is asked for', async () => {
    await at.caller.create(ACCOUNT, ...user('ana'));
    for (const [productId, skuId, name] of [['Google-Apps', '1010020027', 'ana'], ['Google-Apps', '1010020028', 'bob'], ['Google-Apps', '1010020027', 'cy'], ['101031', '1010310008', 'ana']] as const) await at.caller.create('LicenseAssignment', ...assigned(productId, skuId, name));
    const small = callerFor(at.workspace, { availableLicenses: ['101031/1010310008', 'Google-Apps/1010020028', 'Google-Apps/1010020027'], listProductMaxResults: 2n, listProductAndSkuMaxResults: 1n });
    const lists = (): unknown[] => at.workspace.licensing.seenOf(`GET ${PRODUCT}`).map(({ path, query }) => [path.slice(PRODUCT.length), query['maxResults']]);
    expect((await small.search('LicenseAssignment')).items.map(({ uid }) => uid.value)).toEqual([
      '101031/sku/1010310008/user/ana@example.com', 'Google-Apps/sku/1010020027/user/ana@example.com', 'Google-Apps/sku/1010020028/user/bob@example.com', 'Google-Apps/sku/1010020027/user/cy@example.com',
    ]);
    expect(lists()).toEqual([['/101031/users', '2'], ['/Google-Apps/users', '2'], ['/Google-Apps/users', '2']]);
    const ofSku: Filter = { kind: 'and', operands: [equals('productId', 'Google-Apps'), equals('skuId', '1010020027')] };
    expect((await small.search('LicenseAssignment', ofSku)).items).toHaveLength(2);
    expect((await small.search('LicenseAssignment', equals('skuId', '1010020028'))).items).toHaveLength(1);
    expect(lists().slice(3)).toEqual([['/Google-Apps/sku/1010020027/users', '1'], ['/Google-Apps/sku/1010020027/users', '1'], ['/101031/users', '2'], ['/Google-Apps/users', '2'], ['/Google-Apps/users', '2']]);
    await small.dispose();
  });

  it('of a product Google does not know make the list of all an error', async () => {
    await at.caller.create(ACCOUNT, ...user('ana'));
    at.workspace.licensing.faults.next(fault.answer({ status: 400, body: { error: { code: 400, message: 'Invalid ProductId: nothing' } } }), { on: `GET ${PRODUCT}/nothing/users` });
    const wrong = callerFor(at.workspace, { availableLicenses: new IcfArray('String', ['Google-Apps/1010020028', 'nothing/1']) });
    expect(await failure(wrong.search('LicenseAssignment'))).toMatchObject({ kind: 'illegalArgument', message: expect.stringContaining('Correct availableLicenses') as unknown });
    await wrong.dispose();
  });

  it('are none by a uid of another form', async () => {
    for (const uid of ['Google-Apps', 'Google-Apps/sku/1010020027', 'Google-Apps/1010020027/ana@example.com']) expect(await at.caller.get('LicenseAssignment', new Uid(uid))).toBeNull();
    expect(await at.caller.get('LicenseAssignment', new Uid('101038/sku/1010370001/user/ana@example.com'))).toBeNull();
    expect((await failure(at.caller.remove('LicenseAssignment', new Uid('Google-Apps/sku/1010020027/user/nobody@example.com')))).kind).toBe('unknownUid');
  });

  it('[google-apps 38] and everything else is created, read, changed and deleted at the API it belongs to', async () => {
    await at.caller.create(ACCOUNT, ...user('ana'));
    const uid = await at.caller.create('LicenseAssignment', ...assigned('Google-Apps', '1010020027'));
    expect(uid.value).toBe('Google-Apps/sku/1010020027/user/ana@example.com');
    const moved = await at.caller.update('LicenseAssignment', uid, Attribute.of('skuId', '1010020028'));
    expect(await found('LicenseAssignment')).toEqual([moved.value]);
    await at.caller.remove('LicenseAssignment', moved);
    expect(await found('LicenseAssignment')).toEqual([]);
    const role = await at.caller.create('Role', new Name('x'), Attribute.of('roleName', 'Help desk'), Attribute.of('rolePrivileges', map({ serviceId: '1', privilegeName: 'USERS_RETRIEVE' })));
    expect(await found('Role')).toEqual([role.value]);
    const given = await at.caller.create('RoleAssignment', new Name('x'), Attribute.of('roleId', role.value), Attribute.of('assignedTo', '1'), Attribute.of('scopeType', 'CUSTOMER'));
    expect(await found('RoleAssignment')).toEqual([given.value]);
    expect(await found('Privilege')).toEqual(['00haapch16h1ysv/USERS_RETRIEVE']);
  });
});

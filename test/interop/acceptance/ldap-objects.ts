import { describe, expect } from 'vitest';
import type { Json } from '../../support/rest-client.js';
import { STAFF } from './acceptance-data.js';
import type { AcceptanceWorld } from './acceptance-world.js';
import type { Proofs } from './proof.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const IF_MATCH = { headers: { 'If-Match': '*' } } as const;
const nobody = '00000000-0000-0000-0000-000000000000';
/** What a reader finds where nothing was written: the provisioner file names it, so the key is there. */
const NOTHING = { givenName: null, mail: null, title: null, employeeNumber: null, number: null, telephoneNumber: [], description: null };
const person = (uid: string): Json => ({ dn: `uid=${uid},${STAFF}`, uid, cn: `Cn ${uid}`, sn: `Sn ${uid}` });

async function created(world: AcceptanceWorld, uid: string, more: Json = {}): Promise<string> {
  const body = await world.post('ldap/account?_action=create', { ...person(uid), ...more });
  return String(body['_id']);
}

/** A list of several values has no order in a directory. */
const sorted = (body: Json): Json => ({ ...body, ...Array.isArray(body['telephoneNumber']) ? { telephoneNumber: [...body['telephoneNumber'] as string[]].sort() } : {} });

/** Entries of a directory, whose ids the server makes. */
export function describeLdapObjects({ world, proves, expected }: Proofs): void {
  describe('objects of a directory', () => {
    proves('create', 'ldap', 'answers 201, the id the directory gave, and what the object is', async () => {
      const sent = { ...person('dora'), givenName: 'Dóra', mail: 'dora@example.com', employeeNumber: 77, telephoneNumber: ['+36 1 1', '+36 1 2'] };
      const { status, headers, body } = await world().send('ldap/account?_action=create', { method: 'POST', body: { ...sent, password: 'Start123' } });
      expect({ status, body: sorted(body) }).toEqual({ status: 201, body: { _id: expect.stringMatching(UUID) as string, ...NOTHING, ...sent } });
      expect(headers.location?.endsWith(`/openidm/system/ldap/account/${String(body['_id'])}`)).toBe(true);
    });

    proves('create', 'ldap', 'a name that is taken is 412; what is missing, unknown or refused is 400', async () => {
      const create = (body: Json) => world().send('ldap/account?_action=create', { method: 'POST', body });
      expect(await create(person('anna'))).toMatchObject({ status: 412, body: { code: 412, reason: 'Precondition Failed', message: `System object uid=anna,${STAFF} already exists` } });
      expect(await create({ dn: `uid=nosn,${STAFF}`, cn: 'x' })).toMatchObject({ status: 400, body: { code: 400, reason: 'Bad Request' } });
      expect(await create({ ...person('shoes'), shoeSize: 4 })).toMatchObject({ status: 400, body: { message: 'Target does not support attribute shoeSize' } });
      expect(await create({ ...person('two'), cn: ['one', 'two'] })).toMatchObject({ status: 400 });
    });

    proves('get', 'ldap', 'reads an object by its id, whole and in parts', async () => {
      const _id = await created(world(), 'emil', { mail: 'emil@example.com', telephoneNumber: ['+1', '+2'] });
      expect(_id).toMatch(UUID);
      expect(sorted(await world().ok(`ldap/account/${_id}`))).toEqual({ _id, ...NOTHING, ...person('emil'), mail: 'emil@example.com', telephoneNumber: ['+1', '+2'] });
      expect(await world().ok(`ldap/account/${_id}?_fields=mail,sn`)).toEqual({ _id, mail: 'emil@example.com', sn: 'Sn emil' });
      expect(await world().ok(`ldap/account/${_id}?_fields=_id`)).toEqual({ _id });
    });

    proves('errors', 'ldap', 'an id nobody has is 404 for every kind of access', async () => {
      expect(await world().send(`ldap/account/${nobody}`)).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found' } });
      expect(await world().send(`ldap/account/${nobody}`, { method: 'PUT', ...IF_MATCH, body: { sn: 'x' } })).toMatchObject({ status: 404 });
      expect(await world().send(`ldap/account/${nobody}`, { method: 'PATCH', body: [{ operation: 'replace', field: 'sn', value: 'x' }] })).toMatchObject({ status: 404 });
      expect(await world().send(`ldap/account/${nobody}`, { method: 'DELETE' })).toMatchObject({ status: 404 });
    });

    proves('update', 'ldap', 'PUT changes what it names and keeps the rest; null and the empty list clear', async () => {
      const path = `ldap/account/${await created(world(), 'fred', { givenName: 'Fred', description: 'stays', telephoneNumber: ['+1'] })}`;
      expect(await world().ok(path, { method: 'PUT', ...IF_MATCH, body: { cn: 'Frederic', telephoneNumber: ['+3', '+4'] } }).then(sorted)).toMatchObject({ cn: 'Frederic', description: 'stays', givenName: 'Fred', telephoneNumber: ['+3', '+4'] });
      const cleared = await world().ok(path, { method: 'PUT', ...IF_MATCH, body: { givenName: null, telephoneNumber: [] } });
      expect(cleared).toEqual({ _id: cleared['_id'], ...NOTHING, ...person('fred'), cn: 'Frederic', description: 'stays' });
    });

    proves('update', 'ldap', 'PUT renames: the new name, the old id', async () => {
      const _id = await created(world(), 'old-name');
      const renamed = await world().ok(`ldap/account/${_id}`, { method: 'PUT', ...IF_MATCH, body: { dn: `uid=new-name,${STAFF}` } });
      expect(renamed).toMatchObject({ _id, dn: `uid=new-name,${STAFF}`, uid: 'new-name' });
    });

    proves('update', 'ldap', 'PATCH replaces and increments', async () => {
      const path = `ldap/account/${await created(world(), 'gina', { description: 'old', employeeNumber: 5 })}`;
      const body = [{ operation: 'replace', field: '/description', value: 'new' }, { operation: 'increment', field: '/employeeNumber', value: 3 }];
      expect(await world().ok(path, { method: 'PATCH', body })).toMatchObject({ description: 'new', employeeNumber: 8 });
    });

    proves('add-values', 'ldap', 'PATCH add puts one value more into a list', async () => {
      const path = `ldap/account/${await created(world(), 'hans', { telephoneNumber: ['+1'] })}`;
      expect(sorted(await world().ok(path, { method: 'PATCH', body: [{ operation: 'add', field: '/telephoneNumber/-', value: '+2' }] }))).toMatchObject({ telephoneNumber: ['+1', '+2'] });
    });

    proves('remove-values', 'ldap', 'PATCH remove takes one value, or all of them', async () => {
      const path = `ldap/account/${await created(world(), 'ines', { telephoneNumber: ['+1', '+2'], description: 'gone soon' })}`;
      expect(await world().ok(path, { method: 'PATCH', body: [{ operation: 'remove', field: '/telephoneNumber', value: '+1' }] })).toMatchObject({ telephoneNumber: ['+2'] });
      const removed = await world().ok(path, { method: 'PATCH', body: [{ operation: 'remove', field: '/description' }] });
      expect(removed).toMatchObject({ description: null, telephoneNumber: ['+2'] });
    });

    proves('errors', 'ldap', 'a value the directory refuses is 400, one that breaks its rules too', async () => {
      const path = `ldap/account/${await created(world(), 'jana')}`;
      expect(await world().send(path, { method: 'PATCH', body: [{ operation: 'add', field: '/telephoneNumber/-', value: 'no number!' }] })).toMatchObject({ status: 400, body: { code: 400 } });
      const code = expected('ldap-broken-rule', 400, 500);
      expect(await world().send(path, { method: 'PUT', ...IF_MATCH, body: { sn: null } })).toMatchObject({ status: code, body: { code } });
    });

    proves('delete', 'ldap', 'answers what the object was; afterwards there is none', async () => {
      const _id = await created(world(), 'karl', { mail: 'karl@example.com' });
      expect(await world().ok(`ldap/account/${_id}`, { method: 'DELETE' })).toEqual({ _id, ...NOTHING, ...person('karl'), mail: 'karl@example.com' });
      for (const method of ['GET', 'DELETE']) expect(await world().send(`ldap/account/${_id}`, { method })).toMatchObject({ status: 404 });
      expect((await world().query('ldap', { _queryFilter: 'uid eq "karl"' })).result).toEqual([]);
    });

    proves('authenticate', 'ldap', 'takes name and password; wrong ones are 401, missing ones 400; a new password counts', async () => {
      const _id = await created(world(), 'lena', { password: 'Before1!' });
      const action = (body: Json) => world().send('ldap/account?_action=authenticate', { method: 'POST', body });
      expect(await action({ username: 'lena', password: 'Before1!' })).toMatchObject({ status: 200, body: { _id } });
      expect(await action({ username: 'lena', password: 'wrong' })).toMatchObject(expected('ldap-wrong-password', { status: 401, body: { code: 401, reason: 'Unauthorized' } }, { status: 403, body: { code: 403, reason: 'Forbidden' } }));
      expect(await action({ username: 'nobody', password: 'wrong' })).toMatchObject({ status: 401, body: { code: 401 } });
      expect(await action({ username: 'lena' })).toMatchObject({ status: 400 });
      await world().ok(`ldap/account/${_id}`, { method: 'PATCH', body: [{ operation: 'replace', field: 'password', value: 'After22!' }] });
      expect(await action({ username: 'lena', password: 'Before1!' })).toMatchObject({ status: expected('ldap-wrong-password', 401, 403) });
      expect(await action({ username: 'lena', password: 'After22!' })).toMatchObject({ status: 200, body: { _id } });
    });

    proves('resolve-username', 'ldap', 'is no action of the system API', async () => {
      expect(await world().send('ldap/account?_action=resolveUsername&username=anna', { method: 'POST' })).toMatchObject({ status: 400, body: { message: 'Unsupported action: resolveUsername' } });
    });
  });
}

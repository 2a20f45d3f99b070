import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import type { Json } from '../../support/rest-client.js';
import { PEOPLE } from './acceptance-data.js';
import type { Proofs } from './proof.js';

const [amina, boris] = PEOPLE;
const gus = { uid: 'gus', firstName: 'Gus', lastName: 'O\'Neil, "Jr."', email: 'gus@example.com', badge: 300, city: 'Łódź' };
const GUS = 'csv/account/gus';
const create = { method: 'POST' } as const;
const IF_MATCH = { headers: { 'If-Match': '*' } } as const;

/** Rows of a CSV file as objects: the path of every write, and every way it is refused. */
export function describeCsvObjects({ world, proves, expected }: Proofs): void {
  describe('objects of a CSV file', () => {
    proves('get', 'csv', 'reads a row, whole and in parts; a cell without text is no attribute', async () => {
      expect(await world().ok('csv/account/amina')).toEqual(amina);
      expect(await world().ok('csv/account/amina?_fields=email,badge')).toEqual({ _id: 'amina', email: 'amina@example.com', badge: 101 });
      expect(await world().ok('csv/account/chloe')).not.toHaveProperty('city');
      expect(await world().ok('csv/account/chloe?_fields=city')).toEqual({ _id: 'chloe' });
    });

    proves('errors', 'csv', 'an id nobody has is 404, and so is one that differs by a capital', async () => {
      for (const id of ['nobody', 'AMINA']) {
        expect(await world().send(`csv/account/${id}`)).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found', message: expect.stringContaining(id) as string } });
      }
    });

    proves('create', 'csv', 'creates with the given name, answers 201, where it is and what it is', async () => {
      const { status, headers, body } = await world().send('csv/account?_action=create', { ...create, body: { ...gus, password: 'pw gus' } });
      expect({ status, body }).toEqual({ status: 201, body: { _id: 'gus', ...gus } });
      expect(headers.location).toMatch(/\/openidm\/system\/csv\/account\/gus$/);
      expect(await world().ok(GUS)).toEqual({ _id: 'gus', ...gus });
      expect(await readFile(world().file('csv'), 'utf8')).toMatch(/\n"?gus"?,"?Gus"?,"O'Neil, ""Jr\.""","?gus@example\.com"?,"?300"?,"?Łódź"?,"?pw gus"?\r?\n$/);
    });

    proves('create', 'csv', 'a name that is taken is 412; no name, and what the type does not have, is 400', async () => {
      expect(await world().send('csv/account?_action=create', { ...create, body: gus })).toMatchObject({ status: 412, body: { code: 412, reason: 'Precondition Failed', message: 'System object gus already exists' } });
      expect(await world().send('csv/account?_action=create', { ...create, body: { firstName: 'Nobody' } })).toMatchObject({ status: 400, body: { code: 400, reason: 'Bad Request' } });
      expect(await world().send('csv/account?_action=create', { ...create, body: { uid: 'x', shoeSize: 9 } })).toMatchObject({ status: 400, body: { message: 'Target does not support attribute shoeSize' } });
      expect(await world().send('csv/account/amina', { method: 'PUT', headers: { 'If-None-Match': '*' }, body: amina })).toMatchObject({ status: 412, body: { code: 412 } });
    });

    proves('update', 'csv', 'PUT changes what it names and keeps the rest; null clears', async () => {
      expect(await world().ok(GUS, { method: 'PUT', ...IF_MATCH, body: { firstName: 'Gustav', badge: 301 } })).toEqual({ _id: 'gus', ...gus, firstName: 'Gustav', badge: 301 });
      const cleared: Json = { _id: 'gus', ...gus, firstName: 'Gustav', badge: 301 };
      delete cleared['city'];
      expect(await world().ok(GUS, { method: 'PUT', ...IF_MATCH, body: { city: null } })).toEqual(cleared);
      expect(await world().send('csv/account/nobody', { method: 'PUT', ...IF_MATCH, body: { firstName: 'x' } })).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found' } });
    });

    proves('add-values', 'csv', 'PATCH add puts a value where none was', async () => {
      expect(await world().ok(GUS, { method: 'PATCH', body: [{ operation: 'add', field: '/city', value: 'Rome' }] })).toMatchObject({ city: 'Rome', firstName: 'Gustav' });
    });

    proves('update', 'csv', 'PATCH replaces and increments, one after the other', async () => {
      const body = [{ operation: 'replace', field: '/firstName', value: 'Augustus' }, { operation: 'increment', field: '/badge', value: 5 }];
      expect(await world().ok(GUS, { method: 'PATCH', body })).toEqual({ _id: 'gus', ...gus, firstName: 'Augustus', badge: 306, city: 'Rome' });
      expect(await world().send(GUS, { method: 'PATCH', body: [{ operation: 'frobnicate', field: '/city', value: 'x' }] })).toMatchObject({ status: 400 });
      expect(await world().send('csv/account/nobody', { method: 'PATCH', body })).toMatchObject({ status: 404 });
    });

    proves('remove-values', 'csv', 'PATCH remove takes the value away', async () => {
      expect(await world().ok(GUS, { method: 'PATCH', body: [{ operation: 'remove', field: '/city' }] })).not.toHaveProperty('city');
      expect(await world().ok(GUS)).toMatchObject({ firstName: 'Augustus', badge: 306 });
    });

    proves('delete', 'csv', 'answers what the object was; afterwards there is none', async () => {
      const former: Json = { _id: 'gus', ...gus, firstName: 'Augustus', badge: 306 };
      delete former['city'];
      expect(await world().ok(GUS, { method: 'DELETE' })).toEqual(former);
      for (const method of ['GET', 'DELETE']) expect(await world().send(GUS, { method })).toMatchObject({ status: 404, body: { code: 404, reason: 'Not Found' } });
      expect((await world().query('csv', { _queryFilter: 'true' })).result).toEqual(PEOPLE);
    });

    proves('authenticate', 'csv', 'takes name and password from the body or the query; wrong ones are 401, missing ones 400', async () => {
      const path = 'csv/account?_action=authenticate';
      expect(await world().post(path, { username: 'boris', password: 'pw-boris' })).toEqual({ _id: boris._id });
      expect(await world().post(`${path}&username=boris&password=pw-boris`)).toEqual({ _id: boris._id });
      expect(await world().send(path, { ...create, body: { username: 'boris', password: 'wrong' } })).toMatchObject({ status: 401, body: { code: 401, reason: 'Unauthorized', message: 'Invalid password has been provided to operation ACTION for system object: null' } });
      expect(await world().send(path, { ...create, body: { username: 'nobody', password: 'x' } })).toMatchObject({ status: 401, body: { code: 401, message: 'Invalid credential has been provided to operation ACTION for system object: null' } });
      expect(await world().send(path, { ...create, body: { username: 'boris' } })).toMatchObject({ status: 400, body: { code: 400 } });
    });

    proves('resolve-username', 'csv', 'is no action of the system API', async () => {
      expect(await world().send('csv/account?_action=resolveUsername&username=boris', create)).toMatchObject({ status: 400, body: { message: 'Unsupported action: resolveUsername' } });
    });

    proves('update', 'csv', 'a new password is the one that counts', async () => {
      const action = (password: string) => world().send('passwords/account?_action=authenticate', { ...create, body: { username: 'pat', password } }).then(({ status }) => status);
      await world().post('passwords/account?_action=create', { uid: 'pat', password: 'before' });
      expect(await action('before')).toBe(200);
      const changed = await world().send('passwords/account/pat', { method: 'PATCH', body: [{ operation: 'replace', field: 'password', value: 'after' }] });
      expect([changed.status, await action('before'), await action('after')]).toEqual(expected('csv-no-password-change', [200, 401, 200], [500, 401, 401]));
    });
  });
}

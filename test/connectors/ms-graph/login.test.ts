import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT, GuardedString, OperationOptions, type Uid } from '../../../protocol/model/index.js';
import { failure } from '../../support/connector-caller.js';
import { calling } from '../../support/memory-facade.js';
import { addUser, system, type System } from './system.js';

let at: System;
let uid: Uid;
let username: string;
beforeAll(async () => {
  at = await system('logins');
  uid = await addUser(at);
  username = String(at.fake.find('users', uid.value).fields['userPrincipalName']);
});
afterAll(() => at.stop());

const login = (name: string, password: string): Promise<unknown> => at.caller.facade.perform({ kind: 'authenticate', objectClass: ACCOUNT, username: name, password: new GuardedString(password), options: OperationOptions.none }, calling());

describe('a login', () => {
  it('with the right password gives the user\'s id', async () => {
    expect(await login(username, 'MyPassw0rd')).toMatchObject({ value: uid.value });
  });

  it.each([[50055, 'passwordExpired'], [50053, 'invalidCredential'], [50057, 'invalidCredential'], [50076, 'connectorSecurity'], [700016, 'invalidCredential']])('that the tenant refuses with AADSTS%i fails as %s', async (code, kind) => {
    at.fake.logins[username] = code;
    const error = await failure(login(username, 'MyPassw0rd'));
    at.fake.logins = {};
    expect(error.kind).toBe(kind);
    if (kind === 'passwordExpired') expect(error.uid?.value).toBe(uid.value);
  });

  it('with a wrong password, or of nobody, fails without either in the message', async () => {
    const error = await failure(login(username, 'not-My-Passw0rd'));
    expect(error.kind).toBe('invalidPassword');
    expect(error.message).not.toContain('not-My-Passw0rd');
    expect((await failure(login('nobody@contoso.example', 'x'))).kind).toBe('invalidCredential');
  });
});

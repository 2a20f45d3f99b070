import { describe, expect, it } from 'vitest';
import { isAllowed } from '../../../../controller/authentication/access-rules.js';

const asked = (method: string, path: string, action?: string) => ({ method, path: path.split('/'), action });
const ADMIN = ['openidm-admin'];
const OPERATOR = ['causeway-operator'];
const AUDITOR = ['causeway-auditor'];

describe('roles', () => {
  it.each([[[]], [['manager']], [['*']], [['OPENIDM-ADMIN']]])('%j is none and may not even read', (roles) => {
    expect(isAllowed(roles, asked('GET', 'system/ldap/account'))).toBe(false);
    expect(isAllowed(roles, asked('GET', 'info/login'))).toBe(false);
  });

  it.each([
    ['GET', 'system/ldap/account/x', undefined, [true, true, true]], ['GET', 'config/provisioner.openicf/ldap', undefined, [true, true, true]], ['GET', 'fleet/tokens', undefined, [true, true, true]],
    ['POST', 'authentication', 'logout', [true, true, true]], ['GET', 'info/login', undefined, [true, true, true]],
    ['POST', 'system', 'test', [true, true, false]], ['POST', 'system/ldap', 'TEST', [true, true, false]], ['POST', 'system/ldap/account', 'liveSync', [true, true, false]],
    ['POST', 'recon', 'recon', [true, true, false]], ['POST', 'recon/1', 'cancel', [true, true, false]],
    ['POST', 'system/ldap', 'script', [true, false, false]], ['POST', 'system', 'testConfig', [true, false, false]], ['POST', 'system', 'createFullConfig', [true, false, false]],
    ['POST', 'system/ldap/account', undefined, [true, false, false]], ['POST', 'system/ldap/account', 'create', [true, false, false]], ['POST', 'system/ldap/account', 'authenticate', [true, false, false]],
    ['PATCH', 'system/ldap/account/x', undefined, [true, false, false]], ['DELETE', 'system/ldap/account/x', undefined, [true, false, false]], ['PUT', 'config/provisioner.openicf/ldap', undefined, [true, false, false]],
    ['PUT', 'system/ldap/account/x', 'test', [true, false, false]], ['POST', 'fleet/tokens', 'create', [true, false, false]], ['DELETE', 'fleet/tokens/1', undefined, [true, false, false]],
    ['POST', 'recon/1/2', 'cancel', [true, false, false]], ['POST', 'something/new', 'test', [true, false, false]], ['DELETE', 'recon', 'recon', [true, false, false]],
  ] as const)('%s %s %s: admin, operator, auditor', (method, path, action, expected) => {
    expect([ADMIN, OPERATOR, AUDITOR].map((roles) => isAllowed(roles, asked(method, path, action)))).toEqual(expected);
  });

  it('add up', () => {
    expect(isAllowed(['causeway-auditor', 'causeway-operator'], asked('POST', 'system/ldap', 'test'))).toBe(true);
  });
});

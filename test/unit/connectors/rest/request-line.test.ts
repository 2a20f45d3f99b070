import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, variablesOf } from '../../../../connectors/engines/rest/request-line.js';

const base = new URL('https://service.example/api/v2/');

describe('the address of a request', () => {
  it('is below the service\'s own path, with variables encoded as one step each', () => {
    expect(addressOf(base, 'GET /users/{uid}/groups', { uid: 'a/b?c#d e' }).href).toBe('https://service.example/api/v2/users/a%2Fb%3Fc%23d%20e/groups');
  });

  it.each([undefined, '', '.', '..'])('refuses %j for a variable, which would lead elsewhere', (uid) => {
    expect(() => addressOf(base, 'DELETE /users/{uid}', { uid })).toThrow(expect.objectContaining({ kind: 'invalidAttributeValue', outcome: 'notApplied', message: expect.stringContaining('uid') as string }));
  });

  it('keeps the line\'s own parameters beside those of the query, lists as several of one name, without what is undefined', () => {
    const url = addressOf(base, 'GET /users?fields=id,name', {}, { limit: 5, q: 'a+b c&d', tag: ['x', 'y'], none: undefined });
    expect([...url.searchParams]).toEqual([['fields', 'id,name'], ['limit', '5'], ['q', 'a+b c&d'], ['tag', 'x'], ['tag', 'y']]);
    expect(url.search).not.toContain('+');
  });

  it('never leaves the path of its line, whatever the value', () => {
    fc.assert(fc.property(fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text !== '.' && text !== '..'), (uid) => {
      const url = addressOf(base, 'GET /users/{uid}/x', { uid });
      expect(url.origin).toBe(base.origin);
      const steps = url.pathname.split('/');
      expect(steps).toHaveLength(6);
      expect(decodeURIComponent(steps[4] ?? '')).toBe(uid);
    }));
  });

  it('knows its variables', () => {
    expect(variablesOf('GET /environments/{environmentId}/users/{uid}')).toEqual(['environmentId', 'uid']);
  });
});

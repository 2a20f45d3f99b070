import { join, normalize } from 'node:path';
import { assert as check, property, string, constantFrom, array, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesSecret } from '../../../../agent/secrets/secret-pattern.js';
import { SECRET_SOURCES, looksLikeSecretUrl, parseSecretUrl } from '../../../../agent/secrets/secret-url.js';

describe('a text is no reference', () => {
  it.each([
    'hunter2', '', 'secret:/store/a', 'secrets://store/a', ' secret://store/a', 'a secret://store/a',
  ])('%j, and does not look like one', (text) => {
    expect(looksLikeSecretUrl(text)).toBe(false);
    expect(parseSecretUrl(text)).toBeUndefined();
  });

  it.each([
    'secret://', 'secret://store', 'secret://store/', 'secret:///a', 'secret://vault/a', 'secret://STORE/a', 'secret://store/a b', 'secret://store/a\n', 'secret://store/ä',
    'secret://file/../a', 'secret://file/a/../b', 'secret://file//a', 'secret://file/a/', 'secret://file//etc/passwd', 'secret://file/.hidden', 'secret://file/a/.ssh', 'secret://file/a\\b', 'secret://file/a%2e%2e',
    'secret://env/A-B', 'secret://env/a/b', 'secret://command/a/b', 'secret://credential/a/b', 'secret://command/-x', 'secret://store/a?b', `secret://store/${'a'.repeat(201)}`,
  ])('%j, though it looks like one', (text) => {
    expect(looksLikeSecretUrl(text)).toBe(true);
    expect(parseSecretUrl(text)).toBeUndefined();
  });
});

describe('a reference', () => {
  it.each([
    ['secret://store/ldap-bind', 'store', 'ldap-bind'], ['secret://file/sites/berlin/ldap.pass', 'file', 'sites/berlin/ldap.pass'],
    ['secret://env/LDAP_BIND', 'env', 'LDAP_BIND'], ['SECRET://credential/a@b', 'credential', 'a@b'], ['secret://command/vault-1', 'command', 'vault-1'],
  ])('%s has a source and a name', (text, source, name) => {
    expect(parseSecretUrl(text)).toMatchObject({ source, name });
  });

  it('never leads out of a directory, whatever it is called', () => {
    check(property(string(), (name) => {
      const url = parseSecretUrl(`secret://file/${name}`);
      return url === undefined || normalize(join('/secrets', url.name)) === `/secrets/${name}`;
    }));
  });

  it('is a pattern that matches itself; a star matches any characters of the name and of no other source', () => {
    check(property(constantFrom(...SECRET_SOURCES), stringMatching(/^[a-z]{1,9}$/), array(stringMatching(/^[a-z]{0,5}$/), { maxLength: 3 }), (source, first, more) => {
      const name = `${first}${more.join('')}`;
      const url = { source, name, text: '' };
      expect(matchesSecret(`${source}/${name}`, url)).toBe(true);
      expect(matchesSecret(`${source}/${[first, ...more].join('*')}`, url)).toBe(true);
      expect(matchesSecret(`${source}/*`, url)).toBe(true);
      expect(matchesSecret(`${source === 'store' ? 'env' : 'store'}/*`, url)).toBe(false);
      expect(matchesSecret(`${source}/${name}x`, url)).toBe(false);
      expect(matchesSecret(`${source}/*${name}x`, url)).toBe(false);
    }));
  });

  it.each([['store/a*a', 'a', false], ['store/a*a', 'aa', true], ['store/a*b*b', 'ab', false], ['store/a*b*b', 'abb', true], ['store/*x*', 'axb', true], ['store/*x*', 'ab', false]])('%s against %s', (pattern, name, expected) => {
    expect(matchesSecret(pattern, { source: 'store', name, text: '' })).toBe(expected);
  });
});

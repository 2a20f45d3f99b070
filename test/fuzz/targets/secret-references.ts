import { posix } from 'node:path';
import { SECRET_PATTERN, matchesSecret } from '../../../agent/secrets/secret-pattern.js';
import { SecretError } from '../../../agent/secrets/secret-error.js';
import { looksLikeSecretUrl, parseSecretUrl } from '../../../agent/secrets/secret-url.js';
import { secretOf } from '../../../agent/secrets/secret-value.js';
import { spellingsOf } from '../../../agent/secrets/spellings.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const MEANS_SOMETHING = /[\s\0\\%$`;|&<>"']|^-/;

function checkReference(given: string, pattern: string): void {
  const url = parseSecretUrl(given);
  if (url === undefined) return;
  check(looksLikeSecretUrl(given), 'a reference that does not look like one');
  check(!MEANS_SOMETHING.test(url.name), `a name that means something to a shell or a path: ${url.name}`);
  const path = posix.join('/secrets', url.name);
  check(posix.normalize(path) === path && /^\/secrets\/.*[^/]$/s.test(path), `a name that leads elsewhere: ${url.name}`);
  check(parseSecretUrl(url.text)?.name === url.name, 'another reference after it was written and read');
  if (SECRET_PATTERN.test(pattern)) matchesSecret(pattern, url);
}

/** A reference from a controller is no reference, or names a secret below its source and nothing else. */
export const target: FuzzTarget = {
  name: 'secret-references',
  seeds: () => ['secret://file/ldap/password', 'secret://env/LDAP_PASSWORD', 'secret://credential/ldap', 'secret://command/vault', 'secret://store/a.b', 'SECRET://file/x', 'secret://file/../x', 'file/ldap/*\nsecret://file/ldap/x'].map(bytesOf),
  words: ['..', '/', '//', '/.', '%2e%2e', '\\', '\0', 'secret://', '*', '$(id)', '`', ' ', '__proto__'],
  run(input) {
    const given = text(input);
    const [pattern = '', value = ''] = given.split('\n', 2);
    for (const one of [given, pattern, value]) checkReference(one, pattern);
    const secret = refusable(() => secretOf(Buffer.from(input), 'The secret'), SecretError);
    check(secret !== undefined || input.length === 0 || /^\r?\n$/.test(given) || input.length > 65_536, 'a secret was refused');
    if (given.length > 0 && given.length < 500) check(spellingsOf(given).includes(given), 'a secret that would not be found as it is');
  },
};

import { assert as check, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spellingsOf } from '../../../../agent/secrets/spellings.js';
import { sentCredentials } from '../../../../agent/transport/sent-credentials.js';
import { redactText } from '../../../../connectors/framework/facade/redact.js';

const basic = (principal: string, password: string): string => `Basic ${Buffer.from(`${principal}:${password}`, 'latin1').toString('base64')}`;

describe('an answer that repeats what it was told', () => {
  it('shows no password, whatever stands before and behind it, in Base64 or not', () => {
    check(property(stringMatching(/^[a-z]{0,9}$/), stringMatching(/^[!-~]{12,40}$/), string(), string(), (principal, password, before, behind) => {
      const header = basic(principal, password);
      const told = `${before} ${header} ${principal}:${password} ${encodeURIComponent(password)} ${behind}`;
      const shown = redactText(told, sentCredentials(header, undefined));
      const inBase64 = header.slice('Basic '.length);
      const from = Math.ceil(((principal.length + 1) * 4) / 3) + 3;
      expect(shown).not.toContain(password);
      expect(shown).not.toContain(inBase64.slice(from, from + 6));
    }));
  });

  it('shows no token, and nothing of the credentials of a proxy', () => {
    const sent = sentCredentials('Bearer eyJ0b2tlbiI6MX0.abc', new URL('http://me:p%40ss%20word@proxy.example:3128'));
    expect(redactText('no: Bearer eyJ0b2tlbiI6MX0.abc', sent)).toBe('no: Bearer ***');
    expect(redactText(`no: ${basic('me', 'p@ss word')} me:p@ss word`, sent)).toMatch(/^no: Basic \S{0,9}\*\*\*\S{0,4} me:\*\*\*$/);
  });

  it('is as it was where nothing was told', () => {
    for (const authorization of [undefined, '', 'Basic', 'Basic Og==']) expect(redactText('refused: nothing new', sentCredentials(authorization, undefined))).toBe('refused: nothing new');
    expect(sentCredentials(undefined, new URL('http://proxy.example:3128'))).toEqual([]);
  });
});

it('every spelling holds the secret and nothing shorter than would be found anywhere', () => {
  check(property(string({ minLength: 1 }), (secret) => spellingsOf(secret)[0] === secret));
  expect(spellingsOf('ab').every((spelling) => spelling.length >= 2)).toBe(true);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '../../../agent/config/config-problems.js';
import { decide, type Question } from '../../../agent/policy/decide.js';
import { glob } from '../../../agent/policy/glob.js';
import { readPolicy } from '../../../agent/policy/read-policy.js';
import { targetPattern } from '../../../agent/policy/target-pattern.js';
import type { Policy } from '../../../agent/policy/policy.js';
import { bytesOf, check, text, type FuzzTarget } from '../engine/target.js';

const EXAMPLE = readFileSync(join(process.cwd(), 'agent/policy/example.yaml'), 'utf8');
const BARE = EXAMPLE.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line)).join('\n');
const LONGEST_PATTERN = 40;

const QUESTION: Question = { connector: ['ldap', 'org.identityconnectors.ldap.LdapConnector'], configuration: undefined, targets: undefined, principal: 'cn=cloud', operation: 'delete', objectClass: '__ACCOUNT__' };

/** The same by the slow and obvious way: `*` any run, `?` one; for short texts only. */
function naive(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  if (pattern.startsWith('*')) return naive(pattern.slice(1), value) || (value !== '' && naive(pattern, value.slice(1)));
  return value !== '' && (pattern.startsWith('?') || pattern[0] === value[0]) && naive(pattern.slice(1), value.slice(1));
}

function read(given: string): Policy | undefined {
  try {
    return readPolicy(given, '/etc/causeway/policy.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

/** A policy is refused as a whole or decides every question; a pattern matches what it says and nothing else. */
export const target: FuzzTarget = {
  name: 'policies',
  seeds: () => [BARE, EXAMPLE, 'version: 1\ndefault: deny\nrules: []\n', 'a*b?c\nabxbyc', '**/x\n/srv/x', '10.0.0.0/8\n10.1.2.3', '[::1]:636\n::1'].map(bytesOf),
  words: ['effect: allow', 'effect: deny', 'default: allow', '**', '*?', 'relay:', '__proto__', '&a', '*a', '::', '/128'],
  bounds: { bytes: 2 * 1024, milliseconds: 600, base: 24 * 1024 * 1024, perByte: 8 * 1024 },
  run(input) {
    const given = text(input);
    const [pattern = '', value = ''] = given.split('\n', 2);
    const short = [pattern, value].map((one) => one.normalize('NFKC').toLowerCase().slice(0, LONGEST_PATTERN)) as [string, string];
    if ((short[0].match(/\*/g)?.length ?? 0) < 5) check(glob(short[0], { exactCase: true }).matches(short[1]) === naive(...short), 'a pattern that matches something else');
    glob(pattern.slice(0, 1000), { separator: '/' }).matches(value.slice(0, 1000));
    const place = targetPattern(pattern);
    if (place?.kind === 'address') place.includes(value);
    const policy = read(given);
    if (policy === undefined) return;
    const decision = decide(policy, QUESTION);
    // Where it is not known whereto an operation goes, only a rule that asks for no place may allow it.
    const rule = policy.rules.find(({ name }) => name === decision.rule);
    check(decision.effect === 'deny' || rule === undefined || rule.effect === 'allow', 'allowed by a rule that denies');
    check(decide({ ...policy, readOnly: true }, QUESTION).effect === 'deny', 'a change although everything is read-only');
  },
};

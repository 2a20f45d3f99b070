import { randomBytes } from 'node:crypto';
import { parseEnrolmentToken } from '../../certs/enrolment/token.js';
import { noteSecret } from './evidence.js';
import { privateNumbers } from './private-numbers.js';

/**
 * The secrets of tests: random texts that occur nowhere else, so that a search of everything a run left behind
 * (scripts/secret-search.mjs) finds them wherever they should not be. One value for each name in a test file.
 */

const LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const LENGTH = 24;
/** What is shorter is found by accident. */
const SHORTEST = 12;

const values = new Map<string, string>();

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => LETTERS[byte % LETTERS.length]).join('');
}

/** A secret of letters and digits, which goes into any file and command line as it is. */
export function secret(name: string): string {
  return made(name, () => randomText(LENGTH));
}

/** A secret with characters that JSON, URLs and LDAP write differently. */
export function awkwardSecret(name: string): string {
  return made(name, () => `${randomText(LENGTH / 2)}"\\<&+/%é${randomText(LENGTH / 2)}`);
}

function made(name: string, make: () => string): string {
  const value = values.get(name) ?? make();
  if (!values.has(name)) holdSecret(name, value);
  values.set(name, value);
  return value;
}

/** Has a secret searched for that something else made, such as a token; gives it back. */
export function holdSecret(name: string, value: string): string {
  if (value.length < SHORTEST) throw new Error(`The secret ${name} has ${value.length} characters: too few to search for.`);
  noteSecret({ name, kind: 'text', value: Buffer.from(value).toString('base64') });
  return value;
}

/** Has bytes searched for, such as a key. */
export function holdKey(name: string, value: Uint8Array): void {
  noteSecret({ name, kind: 'bytes', value: Buffer.from(value).toString('base64') });
}

/** Has what is private in a PEM key searched for; gives the text back. */
export function holdPrivateKey(name: string, pem: string): string {
  for (const number of privateNumbers(pem)) holdKey(name, number);
  return pem;
}

/** Has the secret in an enrolment token searched for: the rest of it is an address. Gives the token back. */
export function holdToken(text: string): string {
  const value = parseEnrolmentToken(text).revealSecret();
  holdSecret('enrolment token', value);
  holdKey('enrolment token', Buffer.from(value, 'base64url'));
  return text;
}

import { LOCK_OUT, NAME, PASSWORD, attributeKey, attributeInfo, type AttributeInfo } from '../../../protocol/model/index.js';
import type { DescribedAttribute, DescribedObjectClass } from '../../framework/spi.js';

/** Attributes and the lines of getprinc they come from. Their values are kadmin's own texts, as with the Java connector; times are in UTC. */
export const WRITABLE: ReadonlyMap<string, string> = new Map([
  ['policy', 'Policy'], ['expirationDate', 'Expiration date'], ['passwordExpiration', 'Password expiration date'],
  ['maximumTicketLife', 'Maximum ticket life'], ['maximumRenewableLife', 'Maximum renewable life'],
]);
export const READ_ONLY: ReadonlyMap<string, string> = new Map([
  ['lastPasswordChange', 'Last password change'], ['lastModified', 'Last modified'], ['lastSuccessfulAuthentication', 'Last successful authentication'],
  ['lastFailedAuthentication', 'Last failed authentication'], ['failedPasswordAttempts', 'Failed password attempts'],
]);

export const ATTRIBUTES: readonly AttributeInfo[] = [
  attributeInfo(NAME, 'String', 'REQUIRED'),
  attributeInfo(PASSWORD, 'GuardedString', 'REQUIRED', 'NOT_READABLE'),
  // Telling needs the policy besides the principal, so it is told to those who ask.
  attributeInfo(LOCK_OUT, 'boolean', 'NOT_CREATABLE', 'NOT_RETURNED_BY_DEFAULT'),
  ...[...WRITABLE.keys()].map((name) => attributeInfo(name)),
  ...[...READ_ONLY.keys()].map((name) => attributeInfo(name, 'String', 'NOT_CREATABLE', 'NOT_UPDATEABLE')),
];

/** The attribute's name in our spelling; undefined for one there is not. */
export function ownName(name: string, among: ReadonlyMap<string, string>): string | undefined {
  return [...among.keys()].find((own) => attributeKey(own) === attributeKey(name));
}

const described = (name: string, type: string, required: boolean | null, flags: readonly string[], notes?: string): DescribedAttribute =>
  ({ name, type, required, flags, ...(notes === undefined ? {} : { notes }) });

export const objectClasses: readonly DescribedObjectClass[] = [{
  name: '__ACCOUNT__', aliases: ['principal'], operations: ['create', 'read', 'query', 'update', 'delete'],
  attributes: [
    described('principal', 'String', null, [], 'the name with its realm; __NAME__ and __UID__'),
    described(PASSWORD, 'String', true, []),
    described(LOCK_OUT, 'Boolean', false, ['NOT_CREATABLE'], 'false unlocks; nobody can be locked by hand. Read, if asked for, from the failed attempts and the policy'),
    described('policy', 'String', null, [], 'name of a password policy, [none] for none'),
    described('expirationDate', 'String', null, [], 'a time as kadmin or ISO 8601 writes it, [never] for none'),
    described('passwordExpiration', 'String', null, [], 'as expirationDate'),
    described('maximumTicketLife', 'String', null, [], 'a duration such as 1 day 00:00:00, 10h or 36000 (seconds)'),
    described('maximumRenewableLife', 'String', null, [], 'as maximumTicketLife'),
    ...[...READ_ONLY.keys()].map((name) => described(name, 'String', null, ['READ_ONLY'])),
  ],
}];

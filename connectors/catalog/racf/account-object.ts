import { ACCOUNT, Attribute, ConnectorObject, ENABLE, Name, Uid, type IcfValue } from '../../../protocol/model/index.js';
import { segmentValues } from './attributes/listed-values.js';
import { ACCOUNT_SEGMENT_ATTRIBUTES } from './attributes/segment-attributes.js';
import type { Connection, UserListing } from './output/list-user.js';

/** Attributes that stand in ATTRIBUTES too and are returned only when they are asked for. */
export const ATTRIBUTE_FLAGS = ['SPECIAL', 'OPERATIONS', 'AUDITOR', 'ADSP', 'GRPACC', 'RESTRICTED'] as const;
const BY_REQUEST = new Set(['authority', 'group', ...ATTRIBUTE_FLAGS.map((name) => name.toLowerCase())]);

export interface AccountForm {
  /** Of `__GROUP__`: objects, or plain names. */
  readonly groupDetails: boolean;
  /** In lower case; undefined: what is returned by default. */
  readonly asked: ReadonlySet<string> | undefined;
}

function membership({ group, owner, authority, universalAccess }: Connection): IcfValue {
  return new Map<IcfValue, IcfValue>([['GROUP', group], ['OWNER', owner], ['AUTH', authority], ['UACC', universalAccess]]);
}

function optional(name: string, ...values: readonly (string | undefined)[]): Attribute[] {
  const given = values.filter((value) => value !== undefined);
  return given.length === 0 ? [] : [new Attribute(name, given)];
}

function logon({ logonDays, logonTime }: UserListing): Attribute[] {
  if (logonDays === undefined || logonTime === undefined) return [];
  return [Attribute.of('WHEN', new Map<IcfValue, IcfValue>([['DAYS', logonDays], ['TIME', logonTime]]))];
}

function byRequest(user: UserListing, asked: ReadonlySet<string> | undefined): Attribute[] {
  const all = [
    ...ATTRIBUTE_FLAGS.map((name) => Attribute.of(name, user.attributes.includes(name))),
    ...optional('AUTHORITY', user.connections.find(({ group }) => group === user.defaultGroup)?.authority),
    ...optional('GROUP', ...user.connections.map(({ group }) => group)),
  ];
  return all.filter(({ name }) => BY_REQUEST.has(name.toLowerCase()) && asked?.has(name.toLowerCase()));
}

/** A user profile as an object. REVOKED shows as `__ENABLE__`, everything else the listing calls an attribute in ATTRIBUTES. */
export function accountObject(user: UserListing, { groupDetails, asked }: AccountForm): ConnectorObject {
  const attributes = user.attributes.filter((attribute) => attribute !== 'REVOKED');
  return new ConnectorObject(ACCOUNT, [
    new Uid(user.userId), new Name(user.userId), Attribute.of('userId', user.userId),
    Attribute.of('NAME', user.name), Attribute.of('OWNER', user.owner), ...optional('DFLTGRP', user.defaultGroup),
    ...optional('LAST-ACCESS', user.lastAccess), ...optional('PASSDATE', user.passwordDate), ...optional('PASS-INTERVAL', user.passwordInterval),
    ...optional('PHRASEDATE', user.phraseDate), ...optional('REVOKE', user.revokeDate), ...optional('RESUME', user.resumeDate), ...logon(user),
    Attribute.of(ENABLE, !user.attributes.includes('REVOKED')),
    ...(attributes.length === 0 ? [] : [new Attribute('ATTRIBUTES', attributes)]),
    ...(user.classAuthorizations.length === 0 ? [] : [new Attribute('CLAUTH', user.classAuthorizations)]),
    ...optional('MODEL', user.model), ...optional('SECLEVEL', user.securityLevel), ...optional('SECLABEL', user.securityLabel),
    new Attribute('__GROUP__', user.connections.map((connection) => (groupDetails ? membership(connection) : connection.group))),
    ...segmentValues(ACCOUNT_SEGMENT_ATTRIBUTES, user.segments), ...byRequest(user, asked),
  ]);
}

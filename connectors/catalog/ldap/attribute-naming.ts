import { DISABLE_DATE, ENABLE, LOCK_OUT, NAME, PASSWORD, PASSWORD_EXPIRED, UID } from '../../../protocol/model/index.js';
import type { AttributeNaming } from '../../framework/spi.js';
import type { LdapConfig } from './config.js';
import { ALIASES } from './attribute-aliases.js';

/** The attributes behind ICF's own names, and those by which servers disable or lock an account. */
const ICF_NAMES: AttributeNaming['same'] = [
  [UID, 'entryUUID', '1.3.6.1.1.16.4', 'objectGUID', '1.2.840.113556.1.4.2', 'nsUniqueId', 'GUID', 'ibm-entryUUID'],
  [NAME, 'dn', 'entryDN', '1.3.6.1.1.20', 'distinguishedName', '2.5.4.49'],
  [PASSWORD, 'userPassword', '2.5.4.35', 'unicodePwd', '1.2.840.113556.1.4.90', 'authPassword', '1.3.6.1.4.1.4203.1.3.4'],
  [PASSWORD_EXPIRED, 'pwdReset', '1.3.6.1.4.1.42.2.27.8.1.22', 'pwdLastSet', '1.2.840.113556.1.4.96', 'passwordExpirationTime'],
  [ENABLE, 'userAccountControl', '1.2.840.113556.1.4.8', 'nsAccountLock', '2.16.840.1.113730.3.1.610', 'ds-pwp-account-disabled', 'loginDisabled', 'msDS-UserAccountDisabled',
    // They are bits of the same number.
    '__PASSWORD_NOTREQD__', '__DONT_EXPIRE_PASSWORD__', '__SMARTCARD_REQUIRED__'],
  ['__GROUP_SCOPE__', '__GROUP_TYPE__', 'groupType', '1.2.840.113556.1.4.750'],
  [LOCK_OUT, 'pwdAccountLockedTime', '1.3.6.1.4.1.42.2.27.8.1.17', 'lockoutTime', '1.2.840.113556.1.4.662', 'accountUnlockTime', 'lockedByIntruder'],
  [DISABLE_DATE, '__ACCOUNT_EXPIRES__', 'accountExpires', '1.2.840.113556.1.4.159', 'ds-pwp-account-expiration-time', 'shadowExpire', '1.3.6.1.1.1.1.10', 'loginExpirationTime', 'pwdEndTime'],
];

export function attributeNaming({ uidAttribute, passwordAttribute }: LdapConfig): AttributeNaming {
  return { same: [...ICF_NAMES, ...ALIASES], mapped: [[UID, uidAttribute.trim()], [PASSWORD, passwordAttribute.trim()]] };
}

/** Beside those of a request's filter: those of the filters the configuration adds, and where user names are looked up. */
export function comparedAttributes(config: LdapConfig, by: 'search' | 'login'): readonly string[] {
  if (by === 'login') return config.accountUserNameAttributes;
  const filters = [config.accountSearchFilter, config.groupSearchFilter, config.accountSynchronizationFilter, config.groupSynchronizationFilter];
  return [...filters.flatMap((text) => (text === null ? [] : attributesOf(text))), ...config.useBlocks && !config.usePagedResultControl ? [config.vlvSortAttribute] : []];
}

/** Attributes of an RFC 4515 filter: what stands between a bracket or an operator and a comparison. */
function attributesOf(filter: string): readonly string[] {
  return filter.split(/[(&|!]/).flatMap((part) => {
    const end = part.search(/[=<>~:]/);
    const name = end <= 0 ? '' : part.slice(0, end).trim();
    return name === '' ? [] : [name];
  });
}

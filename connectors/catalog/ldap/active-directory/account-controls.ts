import { ConnectorError, ENABLE, LOCK_OUT, PASSWORD_EXPIRED, type Attribute } from '../../../../protocol/model/index.js';
import { firstText } from '../directory/entry.js';
import { intervalToIso, isoToInterval } from '../time-values.js';
import { flagsOf } from './native-values.js';
import { bitFilter, onlyValue, requiredBoolean, toBoolean, type SpecialAttribute } from './special-attribute.js';

export const USER_ACCOUNT_CONTROL = 'userAccountControl';
/** Constructed by the server when asked for by name; it cannot be searched by. */
export const COMPUTED = 'msDS-User-Account-Control-Computed';
const ACCOUNT_EXPIRES = 'accountExpires';

/** Bits of userAccountControl and of its computed companion (MS-ADTS 2.2.16 and 3.1.1.4.5.17). */
const BIT = { disabled: 0x2, lockedOut: 0x10, passwordNotRequired: 0x20, normalAccount: 0x200, passwordNeverExpires: 0x1_0000, smartcardRequired: 0x4_0000, passwordExpired: 0x80_0000 } as const;

/** A bit of userAccountControl; `set`: what the bit means for the attribute. */
function controlBit(name: string, bit: number, set: boolean): SpecialAttribute {
  return {
    name, type: 'boolean', native: [USER_ACCOUNT_CONTROL], byDefault: true,
    read(entry) {
      const flags = flagsOf(firstText(entry, USER_ACCOUNT_CONTROL));
      return flags === undefined ? undefined : ((flags & bit) !== 0) === set;
    },
    filter(value) {
      const wanted = toBoolean(value);
      return wanted === undefined ? undefined : bitFilter(USER_ACCOUNT_CONTROL, bit, wanted === set);
    },
    write(attribute, natives) {
      const flags = natives.flags(USER_ACCOUNT_CONTROL, BIT.normalAccount);
      natives.set(USER_ACCOUNT_CONTROL, String(requiredBoolean(attribute) === set ? flags | bit : flags & ~bit));
    },
  };
}

/** A boolean attribute of AD LDS, which has no userAccountControl; `set`: what TRUE means for the attribute of ICF. */
function booleanAttribute(name: string, native: string, set: boolean): SpecialAttribute {
  return {
    name, type: 'boolean', native: [native], byDefault: true,
    // Where it is not set, it is FALSE.
    read: (entry) => (firstText(entry, native)?.toUpperCase() === 'TRUE') === set,
    filter(value) {
      const wanted = toBoolean(value);
      return wanted === undefined ? undefined : wanted === set ? `(${native}=TRUE)` : `(!(${native}=TRUE))`;
    },
    write: (attribute, natives) => natives.set(native, requiredBoolean(attribute) === set ? 'TRUE' : 'FALSE'),
  };
}

function computedBit(name: string, bit: number, write: SpecialAttribute['write']): SpecialAttribute {
  return {
    name, type: 'boolean', native: [COMPUTED], byDefault: true,
    read(entry) {
      const flags = flagsOf(firstText(entry, COMPUTED));
      return flags === undefined ? undefined : (flags & bit) !== 0;
    },
    filter: () => undefined,
    write,
  };
}

const lockOut = computedBit(LOCK_OUT, BIT.lockedOut, (attribute, natives, log) => {
  if (requiredBoolean(attribute)) log.info({ attribute: LOCK_OUT }, 'Active Directory locks accounts by itself: __LOCK_OUT__ true was ignored. Use __ENABLE__ to shut an account.');
  else if (!natives.isNew) natives.set('lockoutTime', '0');
});

const passwordExpired = computedBit(PASSWORD_EXPIRED, BIT.passwordExpired, (attribute, natives) => {
  if (requiredBoolean(attribute)) return natives.set('pwdLastSet', '0');
  // A password that is set in the same request is current by that.
  if (natives.isNew || natives.setsPassword) return;
  // -1 takes effect only behind a 0 (pwdLastSet, MS-ADTS 3.1.1.5.3.2).
  natives.setBefore('pwdLastSet', '0');
  natives.set('pwdLastSet', '-1');
});

/** `0` for never, or ISO 8601. */
function expiry(attribute: Attribute): string {
  const value = onlyValue(attribute) ?? '0';
  if (value === '' || value === 0 || value === 0n || value === '0') return '0';
  const interval = typeof value === 'string' ? isoToInterval(value) : undefined;
  if (interval !== undefined) return interval;
  throw new ConnectorError('invalidAttributeValue', `${attribute.name} has to be "0" (never) or a date like 2030-12-31T00:00:00Z.`);
}

const accountExpires: SpecialAttribute = {
  name: '__ACCOUNT_EXPIRES__', type: 'String', native: [ACCOUNT_EXPIRES], byDefault: false,
  read(entry) {
    const interval = firstText(entry, ACCOUNT_EXPIRES);
    return interval === undefined ? undefined : intervalToIso(interval);
  },
  filter: () => undefined,
  write: (attribute, natives) => natives.set(ACCOUNT_EXPIRES, expiry(attribute)),
};

export const DIRECTORY_ACCOUNTS: readonly SpecialAttribute[] = [
  controlBit(ENABLE, BIT.disabled, false),
  controlBit('__PASSWORD_NOTREQD__', BIT.passwordNotRequired, true),
  controlBit('__DONT_EXPIRE_PASSWORD__', BIT.passwordNeverExpires, true),
  controlBit('__SMARTCARD_REQUIRED__', BIT.smartcardRequired, true),
  lockOut, passwordExpired, accountExpires,
];

/** AD LDS (class msDS-BindableObject). */
export const LDS_ACCOUNTS: readonly SpecialAttribute[] = [
  booleanAttribute(ENABLE, 'msDS-UserAccountDisabled', false),
  booleanAttribute('__PASSWORD_NOTREQD__', 'ms-DS-UserPasswordNotRequired', true),
  booleanAttribute('__DONT_EXPIRE_PASSWORD__', 'msDS-UserDontExpirePassword', true),
  lockOut, passwordExpired, accountExpires,
];

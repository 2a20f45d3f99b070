import { ConnectorError, type Attribute, type IcfValue } from '../../../../protocol/model/index.js';
import { firstText } from '../directory/entry.js';
import { flagsOf, type NativeValues } from './native-values.js';
import { bitFilter, onlyValue, type SpecialAttribute } from './special-attribute.js';

export const GROUP_TYPE = 'groupType';

/** Bits of groupType (MS-ADTS 2.2.12). */
const SCOPES: Readonly<Record<string, number>> = { global: 0x2, domain: 0x4, universal: 0x8 };
const SECURITY = 0x8000_0000 | 0;
/** What a group is when nobody says. */
export const GLOBAL_SECURITY_GROUP = SECURITY | 0x2;
const ALL_SCOPES = 0xe;

function word(value: IcfValue | undefined): string {
  return typeof value === 'string' ? value.trim().toLowerCase() : '';
}

function oneOf(attribute: Attribute, allowed: readonly string[]): string {
  const value = word(onlyValue(attribute));
  if (allowed.includes(value)) return value;
  throw new ConnectorError('invalidAttributeValue', `${attribute.name} has to be ${allowed.join(', ')}.`);
}

function typeOf(natives: NativeValues): number {
  return natives.flags(GROUP_TYPE, GLOBAL_SECURITY_GROUP);
}

const scope: SpecialAttribute = {
  name: '__GROUP_SCOPE__', type: 'String', native: [GROUP_TYPE], byDefault: true,
  read(entry) {
    const flags = flagsOf(firstText(entry, GROUP_TYPE));
    return flags === undefined ? undefined : Object.keys(SCOPES).find((name) => (flags & (SCOPES[name] ?? 0)) !== 0);
  },
  filter(value) {
    const bit = SCOPES[word(value)];
    return bit === undefined ? undefined : bitFilter(GROUP_TYPE, bit, true);
  },
  write: (attribute, natives) => natives.set(GROUP_TYPE, String((typeOf(natives) & ~ALL_SCOPES) | (SCOPES[oneOf(attribute, Object.keys(SCOPES))] ?? 0))),
};

const type: SpecialAttribute = {
  name: '__GROUP_TYPE__', type: 'String', native: [GROUP_TYPE], byDefault: true,
  read(entry) {
    const flags = flagsOf(firstText(entry, GROUP_TYPE));
    return flags === undefined ? undefined : (flags & SECURITY) !== 0 ? 'security' : 'distribution';
  },
  filter: (value) => (['security', 'distribution'].includes(word(value)) ? bitFilter(GROUP_TYPE, SECURITY, word(value) === 'security') : undefined),
  write(attribute, natives) {
    const flags = typeOf(natives);
    natives.set(GROUP_TYPE, String(oneOf(attribute, ['security', 'distribution']) === 'security' ? flags | SECURITY : flags & ~SECURITY));
  },
};

export const DIRECTORY_GROUPS: readonly SpecialAttribute[] = [scope, type];

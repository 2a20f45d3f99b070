import type { Ava } from './dn.js';

/** Short names of the naming attributes of RFC 4519 and the OIDs certificates use, so that `commonName=` equals `cn=`. */
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  ['commonname', 'cn'], ['2.5.4.3', 'cn'],
  ['surname', 'sn'], ['2.5.4.4', 'sn'],
  ['serialnumber', 'serialnumber'], ['2.5.4.5', 'serialnumber'],
  ['countryname', 'c'], ['2.5.4.6', 'c'],
  ['localityname', 'l'], ['2.5.4.7', 'l'],
  ['stateorprovincename', 'st'], ['2.5.4.8', 'st'],
  ['streetaddress', 'street'], ['2.5.4.9', 'street'],
  ['organizationname', 'o'], ['2.5.4.10', 'o'],
  ['organizationalunitname', 'ou'], ['2.5.4.11', 'ou'],
  ['userid', 'uid'], ['0.9.2342.19200300.100.1.1', 'uid'],
  ['domaincomponent', 'dc'], ['0.9.2342.19200300.100.1.25', 'dc'],
]);

/** Attribute types compare by this. */
export function typeKey(attribute: string): string {
  const lower = attribute.toLowerCase();
  return SHORT_NAMES.get(lower) ?? lower;
}

/** Values compare by this: caseIgnoreMatch, prepared in the spirit of RFC 4518 (NFKC, case folded, spaces squeezed). */
export function valueKey(value: string): string {
  return value.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** The AVA in the form in which it compares. */
export function normalForm(attribute: string, value: string | Uint8Array): Ava {
  return { attribute: typeKey(attribute), value: typeof value === 'string' ? valueKey(value) : value };
}

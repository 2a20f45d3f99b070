import { attributeKey } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';

const GUID_ATTRIBUTE = 'objectguid';
const GUID_BYTES = 16;
const DASHED = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const RAW = /^[0-9a-f]{32}$/i;
/** Order of the bytes in the dashed text: the first three groups are little-endian numbers (MS-DTYP 2.3.4.2). */
const TEXT_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/** Whether an attribute is given out, and asked for, as the text of a GUID. `customOctetStringAttributes` keeps it bytes. */
export function isGuidAttribute(name: string, config: LdapConfig): boolean {
  return attributeKey(name) === GUID_ATTRIBUTE && !config.customOctetStringAttributes.some((custom) => attributeKey(custom) === GUID_ATTRIBUTE);
}

function reordered(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(TEXT_ORDER, (at) => bytes[at] ?? 0);
}

/**
 * `e1418d64-096c-4cb0-b903-ebb66562d99d`, as PowerShell shows it; in the old format of the Java connector the bytes as they are:
 * `<GUID=648d41e16c09b04cb903ebb66562d99d>`. Undefined for what has not 16 bytes.
 */
export function guidText(bytes: Uint8Array, oldFormat: boolean): string | undefined {
  if (bytes.length !== GUID_BYTES) return undefined;
  if (oldFormat) return `<GUID=${Buffer.from(bytes).toString('hex')}>`;
  return Buffer.from(reordered(bytes)).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The bytes of a GUID in either format, in braces too, whichever of them the configuration has; undefined for other text. */
export function guidBytes(text: string): Uint8Array | undefined {
  const bare = text.trim().replace(/^<GUID=(.*)>$/i, '$1').replace(/^\{(.*)\}$/, '$1');
  if (RAW.test(bare)) return Uint8Array.from(Buffer.from(bare, 'hex'));
  // The order is its own inverse.
  return DASHED.test(bare) ? reordered(Buffer.from(bare.replaceAll('-', ''), 'hex')) : undefined;
}

/** The name by which Active Directory finds an entry wherever it is now (MS-ADTS 3.1.1.3.1.2.4). */
export function guidName(bytes: Uint8Array): string {
  return `<GUID=${Buffer.from(bytes).toString('hex')}>`;
}

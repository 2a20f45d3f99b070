import { isGuidAttribute } from './active-directory/guid.js';
import type { LdapConfig } from './config.js';
import type { Subschema } from './schema/subschema.js';

/** Attributes that are bytes whatever a schema says: those of the Java LDAP provider and of its connector. */
const BINARY: ReadonlySet<string> = new Set([
  'audio', 'jpegphoto', 'photo', 'personalsignature', 'userpassword', 'usercertificate', 'cacertificate', 'authorityrevocationlist', 'deltarevocationlist',
  'certificaterevocationlist', 'crosscertificatepair', 'x500uniqueidentifier', 'supportedalgorithms', 'javaserializeddata', 'thumbnailphoto', 'thumbnaillogo',
  'objectguid', 'objectsid', 'usersmimecertificate', 'userpkcs12',
]);

/** Whether an attribute's values are byte arrays for ICF: by name, configuration, `;binary`, or the syntax in the schema. GUIDs are text. */
export function isBinaryAttribute(name: string, config: LdapConfig, schema: Subschema): boolean {
  const [bare = '', ...options] = name.toLowerCase().split(';');
  if (isGuidAttribute(bare, config)) return false;
  return BINARY.has(bare) || options.includes('binary') || config.customOctetStringAttributes.some((custom) => custom.toLowerCase() === bare) || schema.isBinary(bare);
}

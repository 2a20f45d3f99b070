import type { Entry, RootDse, ServerType } from './contract.js';
import { firstText, texts } from './entry.js';

/** Attributes of the root DSE that are read; operational ones have to be asked for by name. */
export const ROOT_DSE_ATTRIBUTES = [
  '*', 'namingContexts', 'defaultNamingContext', 'supportedControl', 'supportedExtension', 'supportedCapabilities', 'supportedSASLMechanisms',
  'subschemaSubentry', 'changelog', 'firstChangeNumber', 'lastChangeNumber', 'vendorName', 'vendorVersion', 'isGlobalCatalogReady',
  'highestCommittedUSN', 'dnsHostName', 'serverName', 'configContext', 'lastExternalChangelogCookie', 'structuralObjectClass', 'objectClass',
] as const;

const AD = { directory: '1.2.840.113556.1.4.800', lds: '1.2.840.113556.1.4.1851' } as const;
const GLOBAL_CATALOG_PORTS: ReadonlySet<number> = new Set([3268, 3269]);

/** Words of vendorName and vendorVersion together, lower case; the first that is found decides. */
const BY_VENDOR: readonly (readonly [RegExp, ServerType])[] = [
  [/pingdirectory|ping identity directory(?! services)/, 'pingDirectory'],
  [/unboundid/, 'unboundId'],
  [/pingds|ping ?identity directory services|forgerock directory services/, 'pingDs'],
  [/opendj|opends|open identity platform/, 'openDj'],
  [/389[ -]|red ?hat|fedora/, 'redHat389'],
  [/sun.*directory|oracle.*directory server enterprise|sun microsystems/, 'sunDsee'],
  [/\bibm\b|international business machines/, 'ibm'],
  [/novell|edirectory|netiq/, 'novell'],
  [/\bca[ ,]|computer associates|ca directory/, 'caLdap'],
  [/openldap/, 'openLdap'],
];

/** The server family; `unknown` for all that is not recognised. `port` tells a global catalog from its domain controller. */
export function serverTypeOf(entry: Entry, port: number): ServerType {
  const capabilities = new Set(texts(entry, 'supportedCapabilities'));
  if (capabilities.has(AD.lds) && !capabilities.has(AD.directory)) return 'adLds';
  if (capabilities.has(AD.directory) || entry.attributes.has('isglobalcatalogready')) {
    return GLOBAL_CATALOG_PORTS.has(port) && firstText(entry, 'isGlobalCatalogReady')?.toUpperCase() !== 'FALSE' ? 'adGlobalCatalog' : 'activeDirectory';
  }
  const vendor = `${firstText(entry, 'vendorName') ?? ''} ${firstText(entry, 'vendorVersion') ?? ''}`.toLowerCase();
  const known = BY_VENDOR.find(([pattern]) => pattern.test(vendor));
  if (known !== undefined) return known[1];
  // OpenLDAP gives no vendor, but the class of its root DSE has its name.
  return texts(entry, 'objectClass').some((name) => /^openldaprootdse$/i.test(name)) ? 'openLdap' : 'unknown';
}

export function toRootDse(entry: Entry, port: number): RootDse {
  const preferred = firstText(entry, 'defaultNamingContext');
  const contexts = texts(entry, 'namingContexts').filter((context) => context !== '');
  return {
    serverType: serverTypeOf(entry, port),
    namingContexts: preferred === undefined ? contexts : [preferred],
    supportedControls: new Set(texts(entry, 'supportedControl')),
    supportedExtensions: new Set(texts(entry, 'supportedExtension')),
    changeLogBase: firstText(entry, 'changelog'),
    subschemaSubentry: firstText(entry, 'subschemaSubentry'),
    entry,
  };
}

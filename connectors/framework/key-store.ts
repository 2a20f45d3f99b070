import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { ConnectorError, type GuardedString } from '../../protocol/model/index.js';
import { BerCursor, MalformedMessage } from './ber.js';

/** The options of node:tls that carry a client certificate. */
export type ClientCertificate = { readonly pfx: Buffer; readonly passphrase: string } | { readonly cert: string; readonly key: string; readonly passphrase: string };

export interface KeyStore {
  readonly path: string;
  /** PKCS12 or PEM, in any case; null is PKCS12. Left out: the file tells. */
  readonly type?: string | null | undefined;
  readonly password: GuardedString | null;
  /** Entry to use; PKCS12 only. Null: the only one. */
  readonly alias: string | null;
  /** The properties it stands in, for messages. */
  readonly properties: { readonly path: string; readonly type?: string; readonly password: string };
}

/** The first bytes of Java's own key stores: those of type JKS and JCEKS. */
const JAVA_STORES: ReadonlyMap<string, string> = new Map([['feedfeed', 'JKS'], ['cececece', 'JCEKS']]);

const OID = {
  data: '2a864886f70d010701', keyBag: '2a864886f70d010c0a0101', shroudedKeyBag: '2a864886f70d010c0a0102', friendlyName: '2a864886f70d010914',
} as const;

function failed(store: KeyStore, why: string, cause?: unknown): ConnectorError {
  return new ConnectorError('configuration', `${store.properties.path} ${store.path}: ${why}`, cause === undefined ? {} : { cause });
}

/** Reads the client certificate and its key. Throws a ConnectorError `configuration` that says what to change. */
export async function readKeyStore(store: KeyStore): Promise<ClientCertificate> {
  // A type that is given is checked before the file is looked for.
  if (store.type !== undefined) checkType(store, store.type ?? 'PKCS12');
  const bytes = await readFile(store.path).catch((error: unknown) => {
    throw failed(store, 'the file cannot be read. Check the path and the permissions of the agent\'s user.', error);
  });
  const type = store.type === undefined ? checkType(store, typeOf(bytes)) : checkType(store, store.type ?? 'PKCS12');
  const passphrase = store.password?.reveal() ?? '';
  if (type === 'PEM') return fromPem(store, bytes.toString('latin1'), passphrase);
  checkAlias(store, bytes);
  return { pfx: bytes, passphrase };
}

/** As `readKeyStore`, and makes sure that TLS can use it. */
export async function usableKeyStore(store: KeyStore): Promise<ClientCertificate> {
  const certificate = await readKeyStore(store);
  try {
    createSecureContext(certificate);
  } catch (error) {
    throw failed(store, `the key or its certificate cannot be used. Check that it is a PKCS#12 or PEM file, and ${store.properties.password}.`, error);
  }
  return certificate;
}

function typeOf(bytes: Buffer): string {
  return JAVA_STORES.get(bytes.subarray(0, 4).toString('hex')) ?? (bytes.includes('-----BEGIN ') ? 'PEM' : 'PKCS12');
}

function checkType(store: KeyStore, given: string): string {
  const type = given.toUpperCase();
  const { path, properties } = store;
  if (type === 'JKS' || type === 'JCEKS') {
    const then = properties.type === undefined ? `give that file in ${properties.path}` : `set ${properties.type} to PKCS12`;
    throw failed(store, `key stores of type ${type} are Java's own. Convert it with: keytool -importkeystore -srckeystore ${path} -srcstoretype ${type} -destkeystore keystore.p12 -deststoretype PKCS12, and ${then}.`);
  }
  if (type !== 'PKCS12' && type !== 'PEM') throw failed(store, `${properties.type ?? 'the type'} ${type} is not known. Use PKCS12 or PEM.`);
  return type;
}

/** No regular expression: what one was matched against last stays in memory. */
function fromPem(store: KeyStore, text: string, passphrase: string): ClientCertificate {
  const blocks = pemBlocks(text);
  const key = blocks.find(({ label }) => label === 'PRIVATE KEY' || label.endsWith(' PRIVATE KEY'));
  const certificates = blocks.filter(({ label }) => label === 'CERTIFICATE');
  if (key === undefined || certificates.length === 0) throw failed(store, 'a PEM file needs a private key and its certificate chain.');
  return { cert: certificates.map((block) => block.text).join('\n'), key: key.text, passphrase };
}

const [BEGIN, END] = ['-----BEGIN ', '-----END '] as const;

/** The blocks of RFC 7468, with their labels; what stands between them is left out. */
function pemBlocks(text: string): readonly { readonly label: string; readonly text: string }[] {
  const blocks: { readonly label: string; readonly text: string }[] = [];
  for (let start = text.indexOf(BEGIN); start >= 0;) {
    const label = text.slice(start + BEGIN.length, text.indexOf('-----', start + BEGIN.length));
    const last = `${END}${label}-----`;
    const end = text.indexOf(last, start);
    if (end >= 0) blocks.push({ label, text: text.slice(start, end + last.length) });
    start = text.indexOf(BEGIN, end >= 0 ? end : start + BEGIN.length);
  }
  return blocks;
}

/** Node takes the first key of a PKCS12 file, so the file must have that key and no other. */
function checkAlias(store: KeyStore, bytes: Uint8Array): void {
  const aliases = keyAliases(bytes);
  if (aliases === undefined) return;
  if (aliases.length > 1) {
    throw failed(store, `it holds ${aliases.length} keys. Keep one key per file: keytool -importkeystore -srcalias ${store.alias ?? 'ALIAS'} -srckeystore ${store.path} -destkeystore one.p12 -deststoretype PKCS12.`);
  }
  const [only] = aliases;
  if (store.alias !== null && only !== undefined && only !== '' && only !== store.alias) throw failed(store, `there is no key with the alias "${store.alias}"; it has "${only}". The alias is case-sensitive.`);
}

/** Friendly names of the private keys of a PKCS#12 file (RFC 7292); undefined when they cannot be read without its password. */
export function keyAliases(bytes: Uint8Array): string[] | undefined {
  try {
    const pfx = new BerCursor(bytes).within(0x30);
    pfx.integer();
    const aliases: string[] = [];
    const authenticatedSafe = contentOf(pfx.within(0x30));
    if (authenticatedSafe === undefined) return undefined;
    const safes = new BerCursor(authenticatedSafe).within(0x30);
    while (!safes.done) {
      const safe = contentOf(safes.within(0x30));
      if (safe !== undefined) aliases.push(...aliasesOf(new BerCursor(safe).within(0x30)));
    }
    return aliases.length === 0 ? undefined : aliases;
  } catch (error) {
    if (error instanceof MalformedMessage) return undefined;
    throw error;
  }
}

/** The octets of a ContentInfo of type data; undefined for an encrypted one. */
function contentOf(contentInfo: BerCursor): Uint8Array | undefined {
  if (Buffer.from(contentInfo.read(0x06)).toString('hex') !== OID.data) return undefined;
  return contentInfo.within(0xa0).read(0x04);
}

function aliasesOf(bags: BerCursor): string[] {
  const aliases: string[] = [];
  while (!bags.done) {
    const bag = bags.within(0x30);
    const type = Buffer.from(bag.read(0x06)).toString('hex');
    bag.skip();
    if (type !== OID.keyBag && type !== OID.shroudedKeyBag) continue;
    aliases.push(bag.tag === 0x31 ? friendlyName(bag.within(0x31)) : '');
  }
  return aliases;
}

function friendlyName(attributes: BerCursor): string {
  while (!attributes.done) {
    const attribute = attributes.within(0x30);
    const type = Buffer.from(attribute.read(0x06)).toString('hex');
    if (type !== OID.friendlyName) continue;
    const name = Buffer.from(attribute.within(0x31).read(0x1e));
    return name.swap16().toString('utf16le');
  }
  return '';
}

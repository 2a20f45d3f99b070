import { readFile } from 'node:fs/promises';
import { ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import { BerCursor, MalformedMessage } from './ber.js';

/** The options of node:tls that carry a client certificate. */
export type ClientCertificate = { readonly pfx: Buffer; readonly passphrase: string } | { readonly cert: string; readonly key: string; readonly passphrase: string };

export interface KeyStore {
  readonly path: string;
  /** PKCS12 or PEM, in any case; null is PKCS12. */
  readonly type: string | null;
  readonly password: GuardedString | null;
  /** Entry to use; PKCS12 only. */
  readonly alias: string;
}

const OID = {
  data: '2a864886f70d010701', keyBag: '2a864886f70d010c0a0101', shroudedKeyBag: '2a864886f70d010c0a0102', friendlyName: '2a864886f70d010914',
} as const;

function failed(store: KeyStore, why: string, cause?: unknown): ConnectorError {
  return new ConnectorError('configuration', `alternateKeyStore ${store.path}: ${why}`, cause === undefined ? {} : { cause });
}

/** Reads the client certificate and its key. Throws a ConnectorError `configuration` that says what to change. */
export async function readKeyStore(store: KeyStore): Promise<ClientCertificate> {
  const type = (store.type ?? 'PKCS12').toUpperCase();
  if (type === 'JKS' || type === 'JCEKS') {
    throw failed(store, `key stores of type ${type} are Java's own. Convert it with: keytool -importkeystore -srckeystore ${store.path} -srcstoretype ${type} -destkeystore keystore.p12 -deststoretype PKCS12, and set alternateKeyStoreType to PKCS12.`);
  }
  if (type !== 'PKCS12' && type !== 'PEM') throw failed(store, `alternateKeyStoreType ${type} is not known. Use PKCS12 or PEM.`);
  const bytes = await readFile(store.path).catch((error: unknown) => {
    throw failed(store, 'the file cannot be read. Check the path and the permissions of the agent\'s user.', error);
  });
  const passphrase = store.password?.reveal() ?? '';
  if (type === 'PEM') return fromPem(store, bytes.toString('utf8'), passphrase);
  checkAlias(store, bytes);
  return { pfx: bytes, passphrase };
}

function fromPem(store: KeyStore, text: string, passphrase: string): ClientCertificate {
  const key = /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?-----END [A-Z ]*PRIVATE KEY-----/.exec(text)?.[0];
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g);
  if (key === undefined || certificates === null) throw failed(store, 'a PEM file needs a private key and its certificate chain.');
  return { cert: certificates.join('\n'), key, passphrase };
}

/** Node takes the first key of a PKCS12 file, so the file must have that key and no other. */
function checkAlias(store: KeyStore, bytes: Uint8Array): void {
  const aliases = keyAliases(bytes);
  if (aliases === undefined) return;
  if (aliases.length > 1) {
    throw failed(store, `it holds ${aliases.length} keys. Keep one key per file: keytool -importkeystore -srcalias ${store.alias} -srckeystore ${store.path} -destkeystore one.p12 -deststoretype PKCS12.`);
  }
  const [only] = aliases;
  if (only !== undefined && only !== '' && only !== store.alias) throw failed(store, `there is no key with the alias "${store.alias}"; it has "${only}". The alias is case-sensitive.`);
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

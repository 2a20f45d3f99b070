import { createPrivateKey, type KeyObject } from 'node:crypto';
import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';

/** A private key as ssh2 reads it. */
export interface PrivateKey {
  readonly privateKey: string;
  readonly passphrase?: string;
}

/** PKCS #8 (RFC 7468, 10 and 11), as openssl writes it; ssh2 reads the older forms and OpenSSH's own. */
const PKCS8 = ['-----BEGIN PRIVATE KEY-----', '-----BEGIN ENCRYPTED PRIVATE KEY-----'];

/** Throws `configuration` for a key that cannot be used; the message holds nothing of it. */
export function privateKeyOf(lines: readonly string[], given: GuardedString | null): PrivateKey {
  const pem = lines.flatMap((line) => line.split('\n')).map((line) => line.trim()).filter((line) => line !== '').join('\n');
  const passphrase = given?.reveal() ?? '';
  if (!PKCS8.some((beginning) => pem.startsWith(beginning))) return { privateKey: pem, ...(passphrase === '' ? {} : { passphrase }) };
  return { privateKey: exported(read(pem, passphrase)) };
}

function read(pem: string, passphrase: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === '' ? {} : { passphrase }) });
  } catch {
    throw new ConnectorError('configuration', 'The private key of the SSH session cannot be read: it is damaged, or the passphrase is another. Check privateKey (PEM, one line an item) and passphrase.', { outcome: 'notApplied' });
  }
}

function exported(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    default:
      throw new ConnectorError('configuration', `A private key of the kind ${key.asymmetricKeyType ?? 'unknown'} has to be in OpenSSH's own form: ssh-keygen -p -f <file> rewrites it.`, { outcome: 'notApplied' });
  }
}

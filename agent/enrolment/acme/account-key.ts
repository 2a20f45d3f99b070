import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { DurableDirectory, type DiskCalls } from '../durable-directory.js';
import { IdentityError } from '../identity-store.js';

const KEY = 'account.key';
const PEM = /^-----BEGIN PRIVATE KEY-----[A-Za-z0-9+/=\s]+-----END PRIVATE KEY-----\s*$/;

/**
 * The key of this agent's account at the authority (ECDSA P-256, PKCS #8 in PEM), made at first use: 0600 in a 0700
 * directory, on disk before anything is signed with it. Whoever loses it needs a new account, whoever has it can
 * have certificates for the names the account has proven.
 */
export async function accountKey(directory: string, disk?: DiskCalls): Promise<string> {
  const files = new DurableDirectory(directory, disk);
  try {
    const there = await files.read(KEY);
    if (there !== undefined) {
      if (!PEM.test(there)) throw new IdentityError(`${directory}/${KEY} is no private key in PEM. Remove it to have a new account at the authority, or restore it.`);
      return there;
    }
    await files.make();
    const { privateKey } = await promisify(generateKeyPair)('ec', { namedCurve: 'prime256v1' });
    const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await files.write(KEY, key, `account-${process.pid}.tmp`);
    return key;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof IdentityError || code === undefined) throw error;
    throw new IdentityError(`The account key in ${directory} cannot be read or written (${code}).`, { cause: error });
  }
}

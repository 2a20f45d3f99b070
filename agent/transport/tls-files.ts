import { readFile } from 'node:fs/promises';
import type { SecureContextOptions, SecureVersion } from 'node:tls';
import { DialError } from '../session/failure-policy.js';
import type { SecretReference } from '../config/secret-reference.js';

/** Key material by path, so that renewed files are used from the next connection on. */
export interface TlsFiles {
  /** PEM file of the authorities to trust, instead of the system's. */
  readonly ca?: string | undefined;
  /** PEM file with our certificate and, behind it, its chain. */
  readonly certificate?: string | undefined;
  /** PEM file with our private key. */
  readonly key?: string | undefined;
  /** PKCS #12 file with certificate and key, instead of the two above. */
  readonly pkcs12?: string | undefined;
  /** Passphrase of key or PKCS #12 file. */
  readonly passphrase?: SecretReference | undefined;
  /** Without it the kind of connection decides. */
  readonly minVersion?: Extract<SecureVersion, 'TLSv1.2' | 'TLSv1.3'> | undefined;
}

/** Reads the files. Rejects with an error that names the file and the setting. `leastVersion` holds where the files name no other. */
export async function readTlsFiles(files: TlsFiles, leastVersion: NonNullable<TlsFiles['minVersion']> = 'TLSv1.2'): Promise<SecureContextOptions> {
  const [ca, cert, key, pfx, passphrase] = await Promise.all([
    readPart('tls.ca', files.ca), readPart('tls.certificate', files.certificate), readPart('tls.key', files.key), readPart('tls.pkcs12', files.pkcs12),
    files.passphrase?.resolve(),
  ]);
  return {
    minVersion: files.minVersion ?? leastVersion,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(pfx === undefined ? {} : { pfx }),
    ...(passphrase === undefined ? {} : { passphrase: passphrase.reveal() }),
  };
}

async function readPart(setting: string, path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined;
  try {
    return await readFile(path);
  } catch (error) {
    throw new DialError(`${setting}: the file ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'}).`, { pace: 'slow', cause: error });
  }
}

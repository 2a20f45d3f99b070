import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT_CERTIFICATE_FILE } from '../../certs/authority-directory.js';
import type { ControllerConfig } from '../config/controller-config.js';

/** A file is read again after this, milliseconds. */
const LOOK_AGAIN = 60_000;

/** Certificates of the configuration that run out, by what they are for. */
export function certificateFiles({ gateway, rest, enrolment }: ControllerConfig): ReadonlyMap<string, string> {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['gateway', gateway?.tls?.certificate], ['rest', rest.tls?.certificate], ['enrolment', enrolment?.tls?.certificate],
    ['authority', enrolment === undefined ? undefined : join(enrolment.authority, ROOT_CERTIFICATE_FILE)],
  ];
  return new Map(named.flatMap(([role, path]) => (path === undefined ? [] : [[role, path] as const])));
}

/** When certificates in files run out. They are replaced under way, so they are looked at again now and then. */
export class CertificateExpiry {
  readonly #files: ReadonlyMap<string, string>;
  readonly #found = new Map<string, number>();
  #lookedAt = -Infinity;

  constructor(files: ReadonlyMap<string, string>) {
    this.#files = files;
  }

  /** Seconds since 1970, by role; without those whose files cannot be read. */
  async read(): Promise<ReadonlyMap<string, number>> {
    if (performance.now() - this.#lookedAt < LOOK_AGAIN) return this.#found;
    this.#lookedAt = performance.now();
    await Promise.all([...this.#files].map(([role, path]) => this.#look(role, path)));
    return this.#found;
  }

  async #look(role: string, path: string): Promise<void> {
    try {
      this.#found.set(role, Date.parse(new X509Certificate(await readFile(path)).validTo) / 1000);
    } catch {
      this.#found.delete(role); // whoever uses the file says what is wrong with it
    }
  }
}

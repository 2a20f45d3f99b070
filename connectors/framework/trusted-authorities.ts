import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';

/** Where operating systems keep the authorities their administrator trusts: Debian, Red Hat, Alpine and the BSDs. */
const SYSTEM_BUNDLES = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt', '/etc/ssl/cert.pem'];

/**
 * PEM of the authorities every connection of a connector trusts, for `ca` of node:tls: Node's, the operating system's
 * (`SSL_CERT_FILE` in its place, as OpenSSL has it; one that cannot be read adds none), and the agent's own
 * (`trustedCertificates` of the open context). Given a `ca`, Node trusts nothing else.
 */
export async function trustedAuthorities(own: readonly string[] = []): Promise<string[]> {
  const bundle = process.env['SSL_CERT_FILE'] ?? SYSTEM_BUNDLES.find((path) => existsSync(path));
  const system = bundle === undefined ? '' : await readFile(bundle, 'utf8').catch(() => '');
  return [...rootCertificates, ...(system === '' ? [] : [system]), ...own];
}

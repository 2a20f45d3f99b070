import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A company's own authority as OpenSSL makes one: a root, an authority below it that signs, and its revocation list. */
export interface OutsideAuthority {
  /** PEM files. */
  readonly root: string;
  readonly intermediate: string;
  readonly list: string;
  /** Certificate with its chain, and key, PEM. `subject` such as `/O=Example/CN=site1`. */
  issue(name: string, options?: { readonly subject?: string; readonly usage?: 'clientAuth' | 'serverAuth'; readonly names?: string }): Promise<{ readonly certificate: string; readonly privateKey: string; readonly serial: string }>;
  /** Writes the list anew with these serial numbers. */
  revoke(serials: readonly string[]): Promise<void>;
}

export async function outsideAuthority(folder: string): Promise<OutsideAuthority> {
  await mkdir(folder, { recursive: true });
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): Promise<unknown> => run('openssl', args, { cwd: folder });
  await writeFile(at('ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=30\n');
  await writeFile(at('below.ext'), 'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n');
  await openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.crt', '-subj', '/O=Example/CN=Example root', '-days', '300');
  await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'below.key', '-out', 'below.csr', '-subj', '/O=Example/CN=Example issuing');
  await openssl('x509', '-req', '-in', 'below.csr', '-CA', 'root.crt', '-CAkey', 'root.key', '-set_serial', '77', '-days', '200', '-extfile', 'below.ext', '-out', 'below.crt');
  let count = 0;
  const made: OutsideAuthority = {
    root: at('root.crt'), intermediate: at('below.crt'), list: at('list.crl'),
    async issue(name, { subject = `/O=Example/CN=${name}`, usage = 'clientAuth', names } = {}) {
      count += 1;
      const serial = `5A${count.toString(16).padStart(6, '0')}`.toUpperCase();
      await writeFile(at('leaf.ext'), `basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=${usage}\n${names === undefined ? '' : `subjectAltName=${names}\n`}`);
      await openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', subject);
      await openssl('x509', '-req', '-in', 'leaf.csr', '-CA', 'below.crt', '-CAkey', 'below.key', '-set_serial', `0x${serial}`, '-days', '100', '-extfile', 'leaf.ext', '-out', 'leaf.crt');
      return { certificate: await readFile(at('leaf.crt'), 'utf8') + await readFile(at('below.crt'), 'utf8'), privateKey: await readFile(at('leaf.key'), 'utf8'), serial };
    },
    async revoke(serials) {
      await writeFile(at('index.txt'), serials.map((serial) => `R\t351231000000Z\t260101000000Z,keyCompromise\t${serial}\tunknown\t/CN=x\n`).join(''));
      await writeFile(at('crlnumber'), '01\n');
      await openssl('ca', '-config', 'ca.cnf', '-gencrl', '-cert', 'below.crt', '-keyfile', 'below.key', '-out', 'list.crl');
    },
  };
  await made.revoke([]);
  return made;
}

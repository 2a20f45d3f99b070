import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, writeIssued, type Authority, type IssuedCertificate } from '../../../../certs/index.js';
import { keepFiles } from '../../../support/evidence.js';

/** An authority with files for a controller on loopback and an agent. */
export interface TestCertificates {
  readonly directory: string;
  readonly authority: Authority;
  readonly agent: { readonly ca: string; readonly certificate: string; readonly key: string };
  /** Options of a TLS server that wants client certificates of this authority. */
  readonly server: { readonly cert: string; readonly key: string; readonly ca: string; readonly requestCert: true; readonly rejectUnauthorized: true };
  /** Writes a certificate; returns its files. */
  write(name: string, issued: IssuedCertificate): Promise<{ certificate: string; key: string }>;
  remove(): Promise<void>;
}

export async function makeTestCertificates(): Promise<TestCertificates> {
  const directory = await mkdtemp(join(tmpdir(), 'causeway-agent-'));
  const authority = await createAuthority(join(directory, 'ca'));
  const agent = await writeIssued(join(directory, 'agent'), 'agent', await authority.issueAgent({ name: 'site-1', group: 'berlin' }), authority);
  const controller = await authority.issueController({ names: ['localhost', '127.0.0.1'] });
  return {
    directory, authority, agent,
    server: { cert: controller.certificate, key: controller.privateKey, ca: await readFile(agent.ca, 'utf8'), requestCert: true, rejectUnauthorized: true },
    write: async (name, issued) => {
      const paths = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`) };
      await Promise.all([writeFile(paths.certificate, issued.certificate, { mode: 0o600 }), writeFile(paths.key, issued.privateKey, { mode: 0o600 })]);
      return paths;
    },
    remove: async () => {
      keepFiles(directory);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildLeaf, buildRoot, certificatePem, generateKeys, privateKeyPem, readPrivateKey, validity, type CertificateUsage, type Issuer } from './certificate-builder.js';
import { CertificateError } from './certificate-error.js';
import { ownDirectory, writeOwnFile } from './certificate-files.js';

/** File names inside an authority's directory. */
export const ROOT_CERTIFICATE_FILE = 'ca.crt';
export const ROOT_KEY_FILE = 'ca.key';

const ROOT_DAYS = 3650;
const LEAF_DAYS = 90;
const AGENT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A certificate with its private key, both PEM. Nothing here is kept by the authority. */
export interface IssuedCertificate {
  readonly certificate: string;
  readonly privateKey: string;
}

export interface Life {
  /** May be a fraction. @default 90 (3650 for the authority itself) */
  readonly days?: number | undefined;
  /** @default five minutes ago */
  readonly from?: Date | undefined;
}

export interface ControllerRequest extends Life {
  /** DNS names and IP addresses agents will dial; the first is the common name. At least one. */
  readonly names: readonly string[];
}

export interface AgentRequest extends Life {
  /** Common name: the agent's name. */
  readonly name: string;
  /** Organisational unit: the group (site) the agent belongs to. */
  readonly group?: string | undefined;
  /** Organisation. */
  readonly organization?: string | undefined;
}

export interface Authority {
  /** PEM of the root; what both ends trust. */
  readonly certificate: string;
  issueController(request: ControllerRequest): Promise<IssuedCertificate>;
  issueAgent(request: AgentRequest): Promise<IssuedCertificate>;
  /** Resolves when this authority signed it, it is valid now and it is for this use; rejects with the reason otherwise. */
  verify(certificate: string, usage: CertificateUsage, at?: Date): Promise<void>;
}

/** Makes a new authority in `directory` (created 0700). Refuses to replace an existing one: every certificate would die with it. */
export async function createAuthority(directory: string, options: Life & { readonly commonName?: string | undefined } = {}): Promise<Authority> {
  await ownDirectory(directory);
  const keys = await generateKeys();
  const certificate = await buildRoot(options.commonName ?? 'Causeway local authority', keys, validity(options.days ?? ROOT_DAYS, options.from));
  try {
    await writeOwnFile(join(directory, ROOT_KEY_FILE), await privateKeyPem(keys.privateKey), { replace: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CertificateError(`${join(directory, ROOT_KEY_FILE)} exists already. A new authority would make every certificate it issued worthless; choose another directory, or remove this one first.`);
  }
  await writeOwnFile(join(directory, ROOT_CERTIFICATE_FILE), certificatePem(certificate), { replace: true });
  return authorityOf({ certificate, privateKey: keys.privateKey });
}

/** Opens the authority in `directory`. */
export async function openAuthority(directory: string): Promise<Authority> {
  const [certificate, key] = await Promise.all([readPart(directory, ROOT_CERTIFICATE_FILE), readPart(directory, ROOT_KEY_FILE)]);
  try {
    return authorityOf({ certificate: new x509.X509Certificate(certificate), privateKey: await readPrivateKey(key) });
  } catch (error) {
    throw new CertificateError(`The authority in ${directory} cannot be read: ${(error as Error).message}`);
  }
}

async function readPart(directory: string, file: string): Promise<string> {
  try {
    return await readFile(join(directory, file), 'utf8');
  } catch (error) {
    throw new CertificateError(`There is no authority in ${directory} (${file}: ${(error as NodeJS.ErrnoException).code ?? 'unreadable'}). Make one with: causeway certs init --dir ${directory}`);
  }
}

function authorityOf(issuer: Issuer): Authority {
  return {
    certificate: certificatePem(issuer.certificate),
    async issueController(request) {
      const [commonName] = request.names;
      if (commonName === undefined) throw new CertificateError('A controller certificate needs at least one DNS name or IP address that agents will dial.');
      return issue(issuer, request, { usage: 'controller', subject: [{ CN: [commonName] }], names: request.names });
    },
    async issueAgent(request) {
      if (!AGENT_NAME.test(request.name)) throw new CertificateError(`"${request.name}" is no agent name: expected 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit.`);
      const subject: x509.JsonName = [{ CN: [request.name] }];
      if (request.group !== undefined) subject.push({ OU: [request.group] });
      if (request.organization !== undefined) subject.push({ O: [request.organization] });
      return issue(issuer, request, { usage: 'agent', subject, names: [] });
    },
    async verify(certificate, usage, at = new Date()) {
      await verifyLeaf(issuer.certificate, certificate, usage, at);
    },
  };
}

async function issue(issuer: Issuer, life: Life, leaf: { usage: CertificateUsage; subject: x509.JsonName; names: readonly string[] }): Promise<IssuedCertificate> {
  const valid = validity(life.days ?? LEAF_DAYS, life.from);
  if (valid.notAfter > issuer.certificate.notAfter) {
    throw new CertificateError(`The certificate would outlive its authority, which ends on ${issuer.certificate.notAfter.toISOString()}. Ask for fewer days, or make a new authority.`);
  }
  const keys = await generateKeys();
  const certificate = await buildLeaf(issuer, keys.publicKey, { ...leaf, validity: valid });
  return { certificate: certificatePem(certificate), privateKey: await privateKeyPem(keys.privateKey) };
}

const USAGE_OID: Record<CertificateUsage, string> = { controller: x509.ExtendedKeyUsage.serverAuth, agent: x509.ExtendedKeyUsage.clientAuth };

async function verifyLeaf(root: x509.X509Certificate, pem: string, usage: CertificateUsage, at: Date): Promise<void> {
  let certificate: x509.X509Certificate;
  try {
    certificate = new x509.X509Certificate(pem);
  } catch (error) {
    throw new CertificateError(`This is no X.509 certificate in PEM: ${(error as Error).message}`);
  }
  if (!(await certificate.verify({ publicKey: root, signatureOnly: true }))) throw new CertificateError(`${certificate.subject} was not signed by ${root.subject}.`);
  if (at < certificate.notBefore) throw new CertificateError(`${certificate.subject} is not valid before ${certificate.notBefore.toISOString()}.`);
  if (at > certificate.notAfter) throw new CertificateError(`${certificate.subject} expired on ${certificate.notAfter.toISOString()}.`);
  const uses = certificate.getExtension(x509.ExtendedKeyUsageExtension)?.usages ?? [];
  if (!uses.includes(USAGE_OID[usage])) throw new CertificateError(`${certificate.subject} is not for use by ${usage === 'agent' ? 'an agent (clientAuth)' : 'a controller (serverAuth)'}.`);
}

/** Writes `<name>.crt` and `<name>.key` (0600) and the root as `ca.crt` into `directory`; returns their paths. Older ones are replaced. */
export async function writeIssued(directory: string, name: string, issued: IssuedCertificate, authority: Authority): Promise<{ certificate: string; key: string; ca: string }> {
  const paths = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`), ca: join(directory, ROOT_CERTIFICATE_FILE) };
  await ownDirectory(directory);
  await writeOwnFile(paths.key, issued.privateKey, { replace: true });
  await writeOwnFile(paths.certificate, issued.certificate, { replace: true });
  await writeOwnFile(paths.ca, authority.certificate, { replace: true });
  return paths;
}

import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { join } from 'node:path';
import { ROOT_CERTIFICATE_FILE, readPart, readRoles, readTrusted } from './authority-directory.js';
import { buildLeaf, buildRoot, certificatePem, generateKeys, privateKeyPem, readPrivateKey, validity, type CertificateUsage, type Issuer, type LeafRequest, type SubjectKey } from './certificate-builder.js';
import { CertificateError } from './certificate-error.js';
import { ownDirectory, writeOwnFile } from './certificate-files.js';

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
  /** PEM of the root that signs. */
  readonly certificate: string;
  /** PEM of every root to trust: the one that signs first, then those that are about to, or did before. */
  readonly trust: string;
  issueController(request: ControllerRequest): Promise<IssuedCertificate>;
  issueAgent(request: AgentRequest): Promise<IssuedCertificate>;
  /** A certificate (PEM) for a key made elsewhere, given as SubjectPublicKeyInfo in DER (see checkCertificateRequest). */
  issueAgentFor(spki: Buffer, request: AgentRequest): Promise<string>;
  /** Resolves when this authority signed it, it is valid now and it is for this use; rejects with the reason otherwise. */
  verify(certificate: string, usage: CertificateUsage, at?: Date): Promise<void>;
}

/** Makes a new authority in `directory` (created 0700). Refuses to replace an existing one: every certificate would die with it. */
export async function createAuthority(directory: string, options: Life & { readonly commonName?: string | undefined } = {}): Promise<Authority> {
  await ownDirectory(directory);
  const issuer = await writeAuthorityFiles(directory, 'ca', options);
  return authorityOf(issuer, certificatePem(issuer.certificate));
}

/** Writes `<id>.key` and `<id>.crt` of a new root. Refuses to replace a key. */
export async function writeAuthorityFiles(directory: string, id: string, options: Life & { readonly commonName?: string | undefined } = {}): Promise<Issuer> {
  const keys = await generateKeys();
  const certificate = await buildRoot(options.commonName ?? 'Causeway local authority', keys, validity(options.days ?? ROOT_DAYS, options.from));
  try {
    await writeOwnFile(join(directory, `${id}.key`), await privateKeyPem(keys.privateKey), { replace: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new CertificateError(`${join(directory, `${id}.key`)} exists already. A new authority would make every certificate it issued worthless; choose another directory, or remove this one first.`);
  }
  await writeOwnFile(join(directory, `${id}.crt`), certificatePem(certificate), { replace: true });
  return { certificate, privateKey: keys.privateKey };
}

/** Opens the authority in `directory`: the one that signs now. */
export async function openAuthority(directory: string): Promise<Authority> {
  const { current } = await readRoles(directory);
  const [certificate, key, trusted] = await Promise.all([readPart(directory, `${current}.crt`), readPart(directory, `${current}.key`), readTrusted(directory)]);
  try {
    const issuer = { certificate: new x509.X509Certificate(certificate), privateKey: await readPrivateKey(key) };
    return authorityOf(issuer, trusted.map((each) => `${each.certificate.trim()}\n`).join(''));
  } catch (error) {
    throw new CertificateError(`The authority in ${directory} cannot be read: ${(error as Error).message}`);
  }
}

function authorityOf(issuer: Issuer, trust: string): Authority {
  return {
    certificate: certificatePem(issuer.certificate),
    trust,
    async issueController(request) {
      const [commonName] = request.names;
      if (commonName === undefined) throw new CertificateError('A controller certificate needs at least one DNS name or IP address that agents will dial.');
      return issue(issuer, request, { usage: 'controller', subject: [{ CN: [commonName] }], names: request.names });
    },
    async issueAgent(request) {
      return issue(issuer, request, agentLeaf(request));
    },
    async issueAgentFor(spki, request) {
      return certificatePem(await sign(issuer, request, agentLeaf(request), new x509.PublicKey(spki)));
    },
    async verify(certificate, usage, at = new Date()) {
      await verifyLeaf(issuer.certificate, certificate, usage, at);
    },
  };
}

type Leaf = Omit<LeafRequest, 'validity'>;

function agentLeaf({ name, group, organization }: AgentRequest): Leaf {
  if (!AGENT_NAME.test(name)) throw new CertificateError(`"${name}" is no agent name: expected 1 to 63 letters, digits, dots, hyphens or underscores, starting with a letter or digit.`);
  const subject: x509.JsonName = [{ CN: [name] }];
  if (group !== undefined) subject.push({ OU: [group] });
  if (organization !== undefined) subject.push({ O: [organization] });
  return { usage: 'agent', subject, names: [] };
}

async function issue(issuer: Issuer, life: Life, leaf: Leaf): Promise<IssuedCertificate> {
  const keys = await generateKeys();
  const certificate = await sign(issuer, life, leaf, keys.publicKey);
  return { certificate: certificatePem(certificate), privateKey: await privateKeyPem(keys.privateKey) };
}

async function sign(issuer: Issuer, life: Life, leaf: Leaf, publicKey: SubjectKey): Promise<x509.X509Certificate> {
  const valid = validity(life.days ?? LEAF_DAYS, life.from);
  if (valid.notAfter > issuer.certificate.notAfter) {
    throw new CertificateError(`The certificate would outlive its authority, which ends on ${issuer.certificate.notAfter.toISOString()}. Ask for fewer days, or make a new authority.`);
  }
  return buildLeaf(issuer, publicKey, { ...leaf, validity: valid });
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

/** Writes `<name>.crt` and `<name>.key` (0600) and every root to trust as `ca.crt` into `directory`; returns their paths. Older ones are replaced. */
export async function writeIssued(directory: string, name: string, issued: IssuedCertificate, authority: Authority): Promise<{ certificate: string; key: string; ca: string }> {
  const paths = { certificate: join(directory, `${name}.crt`), key: join(directory, `${name}.key`), ca: join(directory, ROOT_CERTIFICATE_FILE) };
  await ownDirectory(directory);
  await writeOwnFile(paths.key, issued.privateKey, { replace: true });
  await writeOwnFile(paths.certificate, issued.certificate, { replace: true });
  await writeOwnFile(paths.ca, authority.trust, { replace: true });
  return paths;
}

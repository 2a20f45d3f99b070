import 'reflect-metadata';
import { execFile } from 'node:child_process';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  BasicConstraintsExtension, ExtendedKeyUsage, ExtendedKeyUsageExtension, KeyUsageFlags, KeyUsagesExtension, SubjectAlternativeNameExtension,
  X509CertificateGenerator, cryptoProvider, type X509Certificate,
} from '@peculiar/x509';

const run = promisify(execFile);
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** Paths of the PEM files of a throw-away authority, and of a client's key store. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly clientCertificateFile: string;
  readonly clientKeyFile: string;
  /** Key and certificate of the client in one PEM file. */
  readonly clientPemFile: string;
  /** PKCS#12 with alias `client` and password `changeit`. */
  readonly clientKeyStoreFile: string;
}

type Keys = webcrypto.CryptoKeyPair;

async function pem(keys: Keys): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

async function issue(subject: string, keys: Keys, issuer: { certificate: X509Certificate; keys: Keys }, serial: string, names: readonly string[]): Promise<X509Certificate> {
  return await X509CertificateGenerator.create({
    serialNumber: serial, subject, issuer: issuer.certificate.subject, notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS),
    signingKey: issuer.keys.privateKey, publicKey: keys.publicKey, signingAlgorithm: ALGORITHM,
    extensions: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names.map((value) => ({ type: /^[\d.]+$/.test(value) ? 'ip' as const : 'dns' as const, value })))]),
    ],
  });
}

/** Makes a CA, a server certificate for `names` (the first is its CN) and a client certificate `CN=client` in `directory`. */
export async function issueTlsFiles(directory: string, names: readonly string[] = ['localhost', '127.0.0.1']): Promise<TlsFiles> {
  cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);
  const [caKeys, serverKeys, clientKeys] = await Promise.all([0, 1, 2].map(() => webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']))) as [Keys, Keys, Keys];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: '01', name: 'CN=Causeway test authority', notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS),
    keys: caKeys, signingAlgorithm: ALGORITHM,
    extensions: [new BasicConstraintsExtension(true, undefined, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true)],
  });
  const issuer = { certificate, keys: caKeys };
  const server = await issue(`CN=${names[0] ?? 'localhost'}`, serverKeys, issuer, '02', names);
  const client = await issue('CN=client', clientKeys, issuer, '03', []);
  const file = (name: string): string => join(directory, name);
  const files: TlsFiles = {
    caFile: file('ca.pem'), certificateFile: file('server.pem'), keyFile: file('server.key'), clientCertificateFile: file('client.pem'),
    clientKeyFile: file('client.key'), clientPemFile: file('client-both.pem'), clientKeyStoreFile: file('client.p12'),
  };
  const [serverKey, clientKey] = [await pem(serverKeys), await pem(clientKeys)];
  await Promise.all([
    writeFile(files.caFile, `${certificate.toString('pem')}\n`), writeFile(files.certificateFile, `${server.toString('pem')}\n`), writeFile(files.keyFile, serverKey, { mode: 0o600 }),
    writeFile(files.clientCertificateFile, `${client.toString('pem')}\n`), writeFile(files.clientKeyFile, clientKey, { mode: 0o600 }),
    writeFile(files.clientPemFile, `${clientKey}${client.toString('pem')}\n`, { mode: 0o600 }),
  ]);
  await run('openssl', ['pkcs12', '-export', '-inkey', files.clientKeyFile, '-in', files.clientCertificateFile, '-name', 'client', '-passout', 'pass:changeit', '-out', files.clientKeyStoreFile]);
  return files;
}

import { constants, createPrivateKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { ServerOptions } from 'node:https';
import { CertificateError } from '../certs/certificate-error.js';
import { certificatesOf, type TrustBundle } from '../certs/trust-bundle.js';
import type { GatewayConfig } from './config/controller-config.js';

export interface ServerFiles { readonly certificate: string; readonly key: string }

/** What is wrong with the files of a TLS server, and in which of them. */
export class ServerFileError extends CertificateError {
  readonly part: keyof ServerFiles;

  constructor(part: keyof ServerFiles, message: string) {
    super(message);
    this.part = part;
  }
}

/** Reads what a TLS server needs. Rejects when a file cannot be read, and with a {@link ServerFileError} when they are not what they should be. */
export async function serverTls(files: ServerFiles, minVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<SecureContextOptions & { readonly cert: string }> {
  const [cert, key] = await Promise.all([readFile(files.certificate, 'utf8'), readFile(files.key)]);
  const options = { cert, key, minVersion };
  try {
    createSecureContext(options);
  } catch (error) {
    throw whyUnusable(files, options, error);
  }
  return options;
}

/** TLS itself does not say which of the two files it is. */
function whyUnusable(files: ServerFiles, { cert, key }: { readonly cert: string; readonly key: Buffer }, error: unknown): ServerFileError {
  try {
    if (certificatesOf(cert).length === 0) return new ServerFileError('certificate', `${files.certificate} holds no certificate in PEM ("-----BEGIN CERTIFICATE-----"). Put the certificate there, its chain after it.`);
  } catch {
    return new ServerFileError('certificate', `${files.certificate} holds a certificate that cannot be read. Put it there anew, as it was issued.`);
  }
  try {
    createPrivateKey(key);
  } catch {
    return new ServerFileError('key', `${files.key} holds no private key that can be read. Put it there in PEM, without a passphrase.`);
  }
  return new ServerFileError('key', `${files.certificate} and ${files.key} cannot be used together: ${error instanceof Error ? error.message : 'unknown reason'}. Put the key beside the certificate it was made for: after a renewal both files have to be replaced.`);
}

/** Throws for a certificate that has expired: one that is in use is better than that. */
export function requireUnexpired({ cert }: { readonly cert: string }): void {
  const [own] = certificatesOf(cert);
  if (own !== undefined && Date.parse(own.validTo) < Date.now()) throw new CertificateError(`The server certificate expired on ${own.validTo}.`);
}

export function restTls(files: ServerFiles): ReturnType<typeof serverTls> {
  return serverTls(files, 'TLSv1.2');
}

/** How agents are asked for their certificates: `required` ends a handshake without one; with `optional` credentials do too. */
export function clientCertificateOptions({ clientCertificates }: NonNullable<GatewayConfig['tls']>): ServerOptions {
  return clientCertificates === 'none' ? {} : { requestCert: true, rejectUnauthorized: clientCertificates === 'required' };
}

/**
 * What can be replaced while agents are connected. Sessions are not resumed: a resumed one would skip the check of the
 * client certificate.
 */
export async function gatewayTls(files: NonNullable<GatewayConfig['tls']>, bundle: TrustBundle | undefined): Promise<SecureContextOptions & { readonly cert: string }> {
  const own = await serverTls(files, files.minVersion);
  return { ...own, secureOptions: constants.SSL_OP_NO_TICKET, ...(bundle === undefined ? {} : { ca: bundle.pem }) };
}

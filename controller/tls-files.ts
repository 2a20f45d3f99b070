import { readFile } from 'node:fs/promises';
import type { ServerOptions } from 'node:https';
import type { GatewayConfig } from './config/controller-config.js';

interface ServerFiles { readonly certificate: string; readonly key: string }

/** Reads what a TLS server needs. Rejects with the file's name. */
export async function restTls(files: ServerFiles): Promise<ServerOptions> {
  const [cert, key] = await Promise.all([readFile(files.certificate), readFile(files.key)]);
  return { cert, key, minVersion: 'TLSv1.2' };
}

/**
 * For agents: with `required` a connection without a certificate of `ca` ends in the handshake; with `optional` it goes
 * on, and has to show credentials.
 */
export async function gatewayTls(files: NonNullable<GatewayConfig['tls']>): Promise<ServerOptions> {
  const own = await restTls(files);
  if (files.clientCertificates === 'none' || files.ca === undefined) return own;
  return { ...own, ca: await readFile(files.ca), requestCert: true, rejectUnauthorized: files.clientCertificates === 'required' };
}

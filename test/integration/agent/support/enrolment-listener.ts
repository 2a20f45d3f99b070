import { createHash, X509Certificate, type webcrypto } from 'node:crypto';
import { createServer } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { buildLeaf, buildRoot, certificatePem, generateKeys, privateKeyPem, validity, type Issuer } from '../../../../certs/certificate-builder.js';
import { makeEnrolmentToken, type EnrolmentToken } from '../../../../certs/enrolment/token.js';
import { holdToken } from '../../../support/secret-values.js';

/** What a request gets instead of an answer. */
export type Mishap = 'lose the answer' | 'unavailable' | 'garbage' | 'too long' | 'another key' | 'expired' | 'foreign trust' | 'refuse' | 'bad request';

export interface AuthorityKeys extends Issuer { readonly pem: string; readonly fingerprint: string }

export async function newAuthority(name: string): Promise<AuthorityKeys> {
  const keys = await generateKeys();
  const certificate = await buildRoot(name, keys, validity(30));
  const pem = certificatePem(certificate);
  return { certificate, privateKey: keys.privateKey, pem, fingerprint: createHash('sha256').update(Buffer.from(certificate.rawData)).digest('hex') };
}

export interface EnrolmentListener {
  readonly url: string;
  readonly authority: AuthorityKeys;
  token(): EnrolmentToken;
  /** Requests seen, oldest first: path and, for requests with a certificate, its serial number. */
  readonly requests: readonly { readonly path: string; readonly serial: string | undefined; readonly body: Readonly<Record<string, unknown>> }[];
  /** Public keys certificates were issued for. */
  readonly keys: ReadonlySet<string>;
  readonly issued: readonly X509Certificate[];
  /** The next requests' fates, in their order. */
  mishaps: (Mishap | undefined)[];
  /** Of certificates, in days. */
  days: number;
  trust: { pem: string; revision: string };
  /** Answered to a request for the trust bundle. */
  renewAfter: string | undefined;
  /** A server certificate of this authority, for names. */
  serverTls(names: readonly string[]): Promise<{ cert: string; key: string; ca: string; requestCert: true; rejectUnauthorized: true; minVersion: 'TLSv1.3' }>;
  close(): Promise<void>;
}

/** An enrolment listener as the contract has it, that can be told to misbehave. `names`: what its certificate is for. */
export async function startEnrolmentListener(options: { readonly names?: readonly string[]; readonly presents?: AuthorityKeys } = {}): Promise<EnrolmentListener> {
  const authority = await newAuthority('Test authority');
  const presented = options.presents ?? authority;
  const requests: { path: string; serial: string | undefined; body: Record<string, unknown> }[] = [];
  const keys = new Set<string>();
  const issued: X509Certificate[] = [];
  const leafTls = async (issuer: AuthorityKeys, names: readonly string[]) => {
    const own = await generateKeys();
    const leaf = await buildLeaf(issuer, own.publicKey, { usage: 'controller', subject: [{ CN: ['controller'] }], names, validity: validity(1) });
    return { cert: certificatePem(leaf) + issuer.pem, key: await privateKeyPem(own.privateKey) };
  };
  const server = createServer({ ...(await leafTls(presented, options.names ?? ['localhost', '127.0.0.1'])), minVersion: 'TLSv1.3', ca: authority.pem, requestCert: true, rejectUnauthorized: false });
  const listener: EnrolmentListener = {
    url: '', authority, requests, keys, issued, mishaps: [], days: 30, trust: { pem: authority.pem, revision: 'r1' }, renewAfter: undefined,
    token: () => {
      const token = makeEnrolmentToken({ url: listener.url, fingerprint: authority.fingerprint });
      holdToken(token.text());
      return token;
    },
    serverTls: async (names) => ({ ...(await leafTls(authority, names)), ca: authority.pem, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }),
    close: () => new Promise((resolve) => { server.close(() => { resolve(); }); server.closeAllConnections(); }),
  };
  const issue = async (csr: string, mishap: Mishap | undefined): Promise<object> => {
    const request = new x509.Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) throw new Error('the request is not signed by its key');
    const key: webcrypto.CryptoKey = mishap === 'another key' ? (await generateKeys()).publicKey : await request.publicKey.export() as webcrypto.CryptoKey;
    keys.add(createHash('sha256').update(Buffer.from(request.publicKey.rawData)).digest('hex'));
    const life = mishap === 'expired' ? validity(1, new Date(Date.now() - 3 * 86_400_000)) : validity(listener.days);
    const leaf = await buildLeaf(authority, key, { usage: 'agent', subject: [{ CN: ['site-1'] }, { OU: ['berlin'] }], names: [], validity: life });
    const pem = certificatePem(leaf);
    issued.push(new X509Certificate(pem));
    const trust = mishap === 'foreign trust' ? (await newAuthority('Somebody else')).pem : listener.trust.pem;
    const renewAfter = new Date(Date.now() + listener.days * 86_400_000 * 2 / 3).toISOString();
    return { agent: 'site-1', group: 'berlin', certificate: pem, trust, revision: listener.trust.revision, renewAfter };
  };
  server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part)).on('end', () => {
      const text = Buffer.concat(parts).toString();
      const path = incoming.url ?? '';
      const certificate = incoming.socket instanceof TLSSocket && incoming.socket.authorized ? incoming.socket.getPeerCertificate() : undefined;
      const body = text === '' ? {} : JSON.parse(text) as Record<string, unknown>;
      requests.push({ path, serial: certificate?.serialNumber, body });
      const mishap = listener.mishaps.shift();
      answer(path, certificate !== undefined, body, mishap).then(([status, content]) => {
        if (mishap === 'lose the answer') incoming.socket.destroy();
        else response.writeHead(status, { 'content-type': 'application/json' }).end(typeof content === 'string' ? content : JSON.stringify(content));
      }).catch(() => { response.writeHead(500).end(); });
    });
  });
  const answer = async (path: string, isAgent: boolean, body: Record<string, unknown>, mishap: Mishap | undefined): Promise<[number, object | string]> => {
    if (mishap === 'unavailable') return [503, { error: 'unavailable', message: 'the controller is stopping' }];
    if (mishap === 'garbage') return [200, '<html>login</html>'];
    if (mishap === 'too long') return [200, 'x'.repeat(300_000)];
    if (mishap === 'refuse') return [403, { error: path.endsWith('enrol') ? 'unknown_token' : 'certificate_refused', message: 'no' }];
    if (mishap === 'bad request') return [400, { error: 'bad_certificate_request', message: 'weak' }];
    if (path === '/enrolment/v1/enrol') return [200, await issue(String(body['csr']), mishap)];
    if (!isAgent) return [403, { error: 'certificate_refused', message: 'no certificate' }];
    if (path === '/enrolment/v1/renew') return [200, await issue(String(body['csr']), mishap)];
    if (path === '/enrolment/v1/trust') return [200, { trust: listener.trust.pem, revision: listener.trust.revision, ...(listener.renewAfter === undefined ? {} : { renewAfter: listener.renewAfter }) }];
    return [404, { error: 'not_found', message: 'nothing here' }];
  };
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return Object.assign(listener, { url: `https://localhost:${(server.address() as AddressInfo).port}` });
}

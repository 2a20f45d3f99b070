import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { HttpClient } from '../../../../connectors/engines/http/http-client.js';
import { checkHttpConfiguration, httpAddress, httpSettings, httpTargets, type ClientPurpose, type HttpConfiguration } from '../../../../connectors/engines/rest/http-configuration.js';
import type { ConnectorLog } from '../../../../connectors/framework/spi.js';
import { ConnectorError, GuardedString } from '../../../../protocol/model/index.js';
import { openContext } from '../../../support/open-context.js';
import { issueTlsFiles, type TlsFiles } from '../../../targets/tls-files.js';

const address = new URL('https://api.example.com/2.0');
const purpose = (changes: Partial<ClientPurpose> = {}): ClientPurpose => ({ address, authentication: noAuthentication, credentialsTo: { serviceUri: address }, ...changes });
const proxy = { httpProxyHost: 'proxy.example.com', httpProxyPort: 3128, httpProxyUsername: 'u', httpProxyPassword: new GuardedString('p') };
const never = new AbortController().signal;

function warnings(): { readonly log: ConnectorLog; readonly given: unknown[] } {
  const given: unknown[] = [];
  return { given, log: { ...openContext().log, warn: (fields) => { given.push(fields); } } };
}

describe('an address of a configuration', () => {
  it.each([['no address', /no address/], ['ftp://x.example', /'ftp:'/], ['https://u:geheim@x.example', /holds a user name/]])('is refused as %s, which is not repeated', (text, message) => {
    expect(() => httpAddress('serviceUri', text)).toThrow(message);
    expect(() => httpAddress('serviceUri', text)).toThrow(/^serviceUri (?!.*geheim)/);
  });

  it('may have blanks around it', () => {
    expect(httpAddress('serviceUri', ' https://x.example/a ').href).toBe('https://x.example/a');
  });
});

describe('the client of a configuration', () => {
  it.each<[HttpConfiguration, RegExp]>([
    [{ httpProxyHost: 'p.example' }, /httpProxyHost and httpProxyPort belong together/], [{ proxyHost: 'p.example', proxyPort: 70_000 }, /proxyPort is 70000/],
    [{ proxyHost: 'u:geheim@p.example', proxyPort: 1 }, /^proxyHost has to be a host name/], [{ connectionTimeout: 0 }, /connectionTimeout is 0/], [{ maximumConnections: 0 }, /maximumConnections is 0/],
    [{ clientCertAlias: 'me' }, /clientCertificateFile/],
  ])('is refused with %o', (config, message) => {
    expect(() => { checkHttpConfiguration(config); }).toThrow(message);
    expect(() => { checkHttpConfiguration(config); }).toThrow(ConnectorError);
  });

  it('gets what the properties say, times in milliseconds', async () => {
    const config = { ...proxy, connectionTimeout: 30, maximumConnections: 7, acceptSelfSignedCertificates: true, disableHostNameVerifier: true, disableHttpCompression: true };
    const settings = await httpSettings(config, openContext({ trustedCertificates: ['pem'] }), purpose());
    expect(settings).toMatchObject({
      address, connections: 7, timeouts: { connect: 30_000 }, acceptsSelfSigned: true, ignoresServerName: true, compression: false, certificates: ['pem'],
      proxy: { address: new URL('http://proxy.example.com:3128'), authorization: `Basic ${Buffer.from('u:p').toString('base64')}` },
    });
    expect(await httpSettings({ connectionTimeout: 10_000 }, openContext(), purpose({ timeoutIn: 'milliseconds' }))).toMatchObject({ timeouts: { connect: 10_000 }, proxy: undefined, clientCertificate: undefined, compression: true });
  });

  it('gets a proxy by either names, with credentials only where there is a user', async () => {
    const proxyOf = async (config: HttpConfiguration) => (await httpSettings(config, openContext(), purpose())).proxy;
    expect(await proxyOf({ proxyHost: '::1', proxyPort: 8080 })).toEqual({ address: new URL('http://[::1]:8080'), authorization: undefined });
    expect(await proxyOf({ proxyHost: 'https://p.example/', proxyPort: 1, proxyUsername: 'u', proxyPassword: null })).toEqual({ address: new URL('https://p.example:1'), authorization: `Basic ${Buffer.from('u:').toString('base64')}` });
    for (const blank of [{ httpProxyHost: ' ', httpProxyPort: null }, { proxyPort: 8080, proxyHost: null }]) expect(await proxyOf(blank)).toBeUndefined();
  });

  it('is warned of when others can read its credentials on their way, and of the proxy that is shown some', async () => {
    const { log, given } = warnings();
    const credentialsTo = { serviceUri: new URL('http://api.example.com'), tokenEndpoint: new URL('https://login.example.com'), other: new URL('http://127.0.0.1:1'), missing: null };
    await httpSettings(proxy, openContext({ log }), purpose({ credentialsTo }));
    expect(given).toEqual([{ property: 'serviceUri', server: 'api.example.com' }, { property: 'proxy', server: 'proxy.example.com' }]);
    given.length = 0;
    await httpSettings({ ...proxy, httpProxyUsername: null }, openContext({ log }), purpose({ credentialsTo: {} }));
    expect(given).toEqual([]);
  });

  it('leads to each of its servers once', () => {
    expect(httpTargets(proxy, address, new URL('https://api.example.com/oauth2/token'), new URL('http://login.example.com'), null, undefined)).toEqual([
      { host: 'api.example.com', port: 443 }, { host: 'login.example.com', port: 80 }, { host: 'proxy.example.com', port: 3128 },
    ]);
  });
});

describe('a server with TLS', () => {
  let directory: string;
  let files: TlsFiles;
  let ca: string;
  let pem: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-rest-tls-'));
    files = await issueTlsFiles(directory, ['localhost']);
    ca = await readFile(files.caFile, 'utf8');
    pem = join(directory, 'client.pem');
    await writeFile(pem, `${await readFile(files.clientCertificateFile, 'utf8')}\n${await readFile(files.clientKeyFile, 'utf8')}`);
  });
  afterAll(() => rm(directory, { recursive: true }));

  async function status(config: HttpConfiguration, host: string, trustedCertificates: readonly string[] = [ca]): Promise<number> {
    const server = createSecureServer({ cert: await readFile(files.certificateFile), key: await readFile(files.keyFile), ca, requestCert: true, rejectUnauthorized: config.clientCertificateFile !== undefined, maxVersion: 'TLSv1.2' }, (_, response) => { response.end(); });
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const url = new URL(`https://${host}:${(server.address() as AddressInfo).port}/`);
    let client: HttpClient | undefined;
    try {
      client = await HttpClient.open(await httpSettings(config, openContext({ trustedCertificates }), purpose({ address: url })));
      return (await client.request({ method: 'PUT', url, headers: new Map() }, never)).status;
    } finally {
      await client?.close();
      server.closeAllConnections();
      server.close();
    }
  }

  it('under another name is asked only when its name does not matter, and never when nobody trusts it', async () => {
    await expect(status({}, '127.0.0.1')).rejects.toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
    await expect(status({ disableHostNameVerifier: true }, '127.0.0.1', [])).rejects.toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied' });
    await expect(status({ disableHostNameVerifier: true, acceptSelfSignedCertificates: true }, '127.0.0.1', [])).rejects.toMatchObject({ kind: 'connectionFailed' });
    expect(await status({ disableHostNameVerifier: true }, '127.0.0.1')).toBe(200);
    expect(await status({ disableHostNameVerifier: true, acceptSelfSignedCertificates: true }, '127.0.0.1')).toBe(200);
    expect(await status({}, 'localhost')).toBe(200);
  });

  it('is shown the certificate of the alias, from PKCS#12 or PEM', async () => {
    const clientCertPassword = new GuardedString('changeit');
    expect(await status({ clientCertificateFile: files.clientKeyStoreFile, clientCertAlias: 'client', clientCertPassword }, 'localhost')).toBe(200);
    expect(await status({ clientCertificateFile: files.clientKeyStoreFile, clientCertPassword }, 'localhost')).toBe(200);
    expect(await status({ clientCertificateFile: pem, clientCertAlias: 'any' }, 'localhost')).toBe(200);
  });

  it('is not asked with a certificate that cannot be used', async () => {
    const jks = join(directory, 'store.jks');
    await writeFile(jks, Buffer.from('feedfeed00000002', 'hex'));
    for (const [config, message] of [
      [{ clientCertificateFile: '/nowhere/client.p12' }, /clientCertificateFile \/nowhere\/client\.p12: the file cannot be read/],
      [{ clientCertificateFile: files.clientKeyStoreFile, clientCertPassword: new GuardedString('geheim') }, /^(?!.*geheim).*cannot be used.*clientCertPassword/],
      [{ clientCertificateFile: files.clientKeyStoreFile, clientCertAlias: 'Client', clientCertPassword: new GuardedString('changeit') }, /no key with the alias "Client"; it has "client"/],
      [{ clientCertificateFile: jks }, /type JKS.*keytool/],
      [{ clientCertificateFile: files.caFile }, /needs a private key/],
    ] as const) {
      await expect(status(config, 'localhost')).rejects.toMatchObject({ kind: 'configuration', message: expect.stringMatching(message) as string });
    }
  });
});

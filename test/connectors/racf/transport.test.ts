import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { GuardedString, IcfFile } from '../../../protocol/model/index.js';
import { RSE_API } from '../../targets/rse-api.js';
import { issueSelfSigned } from '../../targets/self-signed.js';
import { startZosRest } from '../../targets/zos-rest.js';
import { ZOSMF } from '../../targets/zosmf.js';
import { RacfFixture, failure } from './fixture.js';

/** A CONNECT proxy that wants `user:secret`. */
async function startProxy(): Promise<{ readonly port: number; readonly asked: string[]; readonly server: Server }> {
  const asked: string[] = [];
  const server = createServer();
  server.on('connect', (request, client, head) => {
    asked.push(request.url ?? '');
    if (request.headers['proxy-authorization'] !== `Basic ${Buffer.from('user:secret').toString('base64')}`) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const [, port] = (request.url ?? '').split(':');
    const target = connect(Number(port), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.write(head);
      target.pipe(client);
      client.pipe(target);
    });
    target.on('error', () => { client.destroy(); });
    client.on('error', () => { target.destroy(); });
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { port: (server.address() as AddressInfo).port, asked, server };
}

describe('the way to z/OS', () => {
  let fixture: RacfFixture;
  afterEach(() => fixture.stop());
  const test = (facade = fixture.facade, signal?: AbortSignal) => facade.perform({ kind: 'test' }, fixture.call(signal));

  it('is refused with a wrong password, which is not shown', async () => {
    fixture = await RacfFixture.start();
    const error = await failure(test(fixture.with({ password: new GuardedString('WrongOne') })));
    expect([error.kind, error.message]).toEqual(['invalidCredential', expect.not.stringContaining('WrongOne')]);
  });

  it('[racf 61] tests the account too: a revoked administrator is told so', async () => {
    fixture = await RacfFixture.start();
    fixture.racf.users.get('IBMUSER')!.attributes.add('REVOKED');
    expect(await failure(test())).toMatchObject({ kind: 'invalidCredential', message: expect.stringMatching(/revoked/) as string });
  });

  it('is refused by a server nobody vouches for; acceptSelfSignedCertificates takes a self-signed one and nothing else', async () => {
    fixture = await RacfFixture.start();
    expect(await failure(test(fixture.with({}, [])))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/not trusted/) as string });
    expect(await failure(test(fixture.with({ acceptSelfSignedCertificates: true }, [])))).toMatchObject({ kind: 'connectionFailed' });
    const directory = await mkdtemp(join(tmpdir(), 'causeway-racf-self-'));
    const server = await startZosRest(RSE_API, fixture.racf, await issueSelfSigned(directory));
    try {
      expect(await failure(test(fixture.with({ port: server.port }, [])))).toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/not trusted/) as string });
      await test(fixture.with({ port: server.port, acceptSelfSignedCertificates: true }, []));
      expect(fixture.log.at('warn')).toContainEqual(expect.stringMatching(/acceptSelfSignedCertificates is true/));
    } finally {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('says what to check when nothing listens there', async () => {
    fixture = await RacfFixture.start();
    expect(await failure(test(fixture.with({ port: 1 })))).toMatchObject({ kind: 'connectionFailed', outcome: 'notApplied', message: expect.stringMatching(/Check host, port/) as string });
  });

  it.each([
    { segments: 'TSO, NOSUCH' }, { port: 0 }, { userId: 'has blank' }, { restApi: 'SOAP' }, { maximumConnections: 0 }, { connectionTimeout: 0 }, { httpProxyHost: 'proxy' }, { clientCertAlias: 'client' },
    { clientCertificateFile: new IcfFile('/nonexistent.p12') },
  ])('refuses the configuration %o', async (values) => {
    fixture = await RacfFixture.start();
    expect(await failure(test(fixture.with(values)))).toMatchObject({ kind: 'configuration' });
  });

  it.each([[403, 'permissionDenied', 'notApplied'], [404, 'configuration', 'notApplied'], [503, 'retryable', 'notApplied'], [500, 'connectorIo', 'notApplied']])('tells what status %i means', async (status, kind, outcome) => {
    fixture = await RacfFixture.start();
    fixture.server.failures.push(status);
    expect(await failure(test())).toMatchObject({ kind, outcome });
  });

  it('signs on for a token where the RSE API takes no Basic authentication, and again when the token is no longer good', async () => {
    fixture = await RacfFixture.start();
    fixture.server.takesBasic = false;
    await test();
    await test();
    expect(fixture.server.tokens.size).toBe(1);
    fixture.server.tokens.clear();
    await test();
    expect(fixture.server.tokens.size).toBe(1);
    const error = await failure(test(fixture.with({ password: new GuardedString('WrongOne') })));
    expect([error.kind, error.message]).toEqual(['invalidCredential', expect.not.stringContaining('WrongOne')]);
  });

  it('does not take a command for carried out that is too long for the address of the RSE API', async () => {
    fixture = await RacfFixture.start();
    const long = (letter: string) => `/${letter.repeat(1000)}`;
    const values = Object.fromEntries(['OMVS_HOME', 'OMVS_PROGRAM', 'OVM_HOME', 'OVM_FSROOT', 'OVM_PROGRAM', 'DCE_DCENAME', 'DCE_HOMECELL', 'PROXY_BINDDN', 'PROXY_LDAPHOST'].map((name) => [name, long('x')]));
    expect(await failure(fixture.create({ __NAME__: 'LONG', userId: 'LONG', ...values }))).toMatchObject({ kind: 'invalidAttributeValue', outcome: 'notApplied' });
    expect(fixture.racf.users.has('LONG')).toBe(false);
  });

  it('does not show what a server says of a request with a password', async () => {
    fixture = await RacfFixture.start();
    fixture.server.failures.push(500);
    const error = await failure(fixture.create({ __NAME__: 'ALICE', userId: 'ALICE', PHRASE: new GuardedString("it's (very) secret") }));
    expect([error.kind, error.message]).toEqual(['connectorIo', expect.not.stringMatching(/secret|address|rseapi.*command=/)]);
    expect(JSON.stringify(fixture.log.entries)).not.toMatch(/very|secret/);
  });

  it.each([['RSE', RSE_API], ['ZOSMF', ZOSMF]])('refuses an answer of %s that it does not understand', async (restApi, api) => {
    fixture = await RacfFixture.start({ restApi }, api);
    fixture.server.bodies.push({ surprise: true });
    expect(await failure(test())).toMatchObject({ kind: 'connectorIo' });
  });

  it.each([['a list of lines', (lines: string[]) => ({ output: lines })], ['text with carriage returns', (lines: string[]) => ({ output: lines.join('\r\n') })], ['output of two streams', (lines: string[]) => ({ output: { stdout: lines.join('\n'), stderr: '' } })]])('understands the output of the RSE API as %s', async (_form, answer) => {
    fixture = await RacfFixture.start({}, { ...RSE_API, answer: (lines) => answer([...lines]) });
    expect(await fixture.read('IBMUSER')).toMatchObject({ _id: 'IBMUSER' });
  });

  it('does not take a command whose end z/OSMF did not see for one that was carried out', async () => {
    fixture = await RacfFixture.start({ restApi: 'ZOSMF' }, ZOSMF);
    fixture.server.bodies.push({ cmdResponse: [], tsoPromptReceived: 'N', keywordDetected: 'N' });
    expect(await failure(fixture.create({ __NAME__: 'LATE', userId: 'LATE' }))).toMatchObject({ kind: 'operationTimeout', outcome: 'unknown' });
  });

  it('[racf 8] [racf 9] makes maximumConnections connections, and keeps them', async () => {
    fixture = await RacfFixture.start({ maximumConnections: 2 });
    await Promise.all(Array.from({ length: 8 }, () => test()));
    await test();
    expect(fixture.server.seen.most).toBeLessThanOrEqual(2);
    expect(fixture.server.seen.connections).toBeLessThanOrEqual(2);
  });

  it('gives up a request when the operation is', async () => {
    fixture = await RacfFixture.start();
    fixture.server.gate = new Promise(() => undefined);
    const cancel = new AbortController();
    const testing = test(fixture.facade, cancel.signal).then(() => 'done', () => 'given up');
    await expect.poll(() => fixture.server.seen.requests).toBe(1);
    cancel.abort();
    expect(await testing).toBe('given up');
    fixture.server.gate = undefined;
  });

  it('shows a client certificate out of a PKCS#12 file', async () => {
    fixture = await RacfFixture.start();
    await test(fixture.with({ clientCertAlias: 'client', clientCertPassword: new GuardedString('changeit'), clientCertificateFile: new IcfFile(fixture.tls.clientKeyStoreFile) }));
    expect(fixture.server.seen.clientNames).toContain('client');
    expect(await failure(test(fixture.with({ clientCertPassword: new GuardedString('wrong'), clientCertificateFile: new IcfFile(fixture.tls.clientKeyStoreFile) })))).toMatchObject({ kind: 'configuration' });
  });

  it('goes through a proxy, with a user name and a password', async () => {
    fixture = await RacfFixture.start();
    const proxy = await startProxy();
    try {
      const through = { httpProxyHost: '127.0.0.1', httpProxyPort: proxy.port, httpProxyUsername: 'user' };
      await test(fixture.with({ ...through, httpProxyPassword: new GuardedString('secret') }));
      expect(proxy.asked).toContain(`localhost:${fixture.server.port}`);
      expect(await failure(test(fixture.with({ ...through, httpProxyPassword: new GuardedString('nonsense') })))).toMatchObject({ kind: 'connectionFailed', message: expect.stringMatching(/407.*user name and the password for the proxy/) as string });
    } finally {
      proxy.server.close();
      proxy.server.closeAllConnections();
    }
  });
});

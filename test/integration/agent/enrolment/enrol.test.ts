import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:tls';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { enrol } from '../../../../agent/enrolment/enrol.js';
import { EnrolmentRefused, callEnrolment, type EnrolmentRoute } from '../../../../agent/enrolment/enrolment-client.js';
import { IdentityStore } from '../../../../agent/enrolment/identity-store.js';
import { pinnedAuthority, WrongController } from '../../../../agent/enrolment/pinned-authority.js';
import { makeEnrolmentToken, type EnrolmentToken } from '../../../../certs/enrolment/token.js';
import { newAuthority, startEnrolmentListener, type EnrolmentListener, type Mishap } from '../support/enrolment-listener.js';
import { startTinyproxy } from '../support/tinyproxy.js';
import { SecretReference } from '../../../../agent/config/secret-reference.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { secret } from '../../../support/secret-values.js';
import { keepFiles } from '../../../support/evidence.js';

const never = new AbortController().signal;
let directory: string;
let listener: EnrolmentListener;
let store: IdentityStore;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-enrol-'));
  listener = await startEnrolmentListener();
  store = new IdentityStore(join(directory, 'identity'));
});
afterEach(async () => {
  await listener.close();
  keepFiles(directory);
  await rm(directory, { recursive: true, force: true });
});

const enrolWith = (token: EnrolmentToken, more: { replace?: boolean; route?: Partial<EnrolmentRoute> } = {}) => enrol({
  store, token, route: { url: token.url, timeout: 5000, ...more.route }, name: 'site-1', hostId: 'host-a', replace: more.replace === true, stop: never, onRetry: () => undefined,
});
const failure = (work: Promise<unknown>): Promise<Error> => work.then(() => { throw new Error('it should have failed'); }, (error: unknown) => error as Error);
const keyFiles = async (): Promise<string[]> => (await readdir(store.path)).filter((name) => name.endsWith('.key'));

describe('enrolling refuses', () => {
  it('a listener whose chain does not end in the authority of the token, and sends it nothing', async () => {
    const impostor = await startEnrolmentListener();
    const error = await failure(enrolWith(makeEnrolmentToken({ url: impostor.url, fingerprint: listener.authority.fingerprint })));
    expect(error).toBeInstanceOf(WrongController);
    expect(error.message).toMatch(/does not come from the authority the token names.*Nothing was sent/);
    expect(impostor.requests).toHaveLength(0);
    await impostor.close();
  });

  it('a listener that merely shows the right authority at the end of a chain it did not sign', async () => {
    const attacker = await newAuthority('Attacker');
    const key = await startEnrolmentListener({ presents: attacker });
    const { cert, key: privateKey } = await key.serverTls(['localhost']);
    const bytes: Buffer[] = [];
    // The right authority's certificate is public: anybody can append it.
    const server = createServer({ cert: cert.slice(0, cert.indexOf('-----END CERTIFICATE-----') + 26) + listener.authority.pem, key: privateKey }, (socket) => { socket.on('data', (data: Buffer) => bytes.push(data)).on('error', () => undefined); });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const controller = new AbortController();
    const work = enrol({ store, token: makeEnrolmentToken({ url, fingerprint: listener.authority.fingerprint }), route: { url, timeout: 2000 }, name: 'site-1', replace: false, stop: controller.signal, onRetry: () => { controller.abort(new Error('no further attempt is needed')); } });
    expect(await failure(work)).toBeInstanceOf(Error);
    expect(Buffer.concat(bytes).toString()).toBe('');
    expect((await store.read())?.current).toBeUndefined();
    await Promise.all([new Promise((resolve) => { server.close(resolve); }), key.close()]);
  });

  it('a listener whose certificate is for another name', async () => {
    const elsewhere = await startEnrolmentListener({ names: ['elsewhere.example'] });
    const controller = new AbortController();
    const reasons: string[] = [];
    const token = elsewhere.token();
    const work = enrol({ store, token, route: { url: token.url, timeout: 5000 }, name: 'site-1', replace: false, stop: controller.signal, onRetry: (reason) => { reasons.push(reason); controller.abort(); } });
    await failure(work);
    expect(reasons[0]).toMatch(/another host name/);
    expect(elsewhere.requests).toHaveLength(0);
    await elsewhere.close();
  });

  it('a listener that speaks nothing newer than TLS 1.2', async () => {
    const { cert, key } = await listener.serverTls(['localhost']);
    const server = createServer({ cert, key, maxVersion: 'TLSv1.2' });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    await expect(pinnedAuthority({ url, timeout: 2000 }, listener.authority.fingerprint, never)).rejects.toThrow(/TLS version/);
    await new Promise((resolve) => { server.close(resolve); });
  });

  it('to wait for a listener that takes the connection and says nothing', async () => {
    const sockets = new Set<Socket>();
    const silent = createTcpServer((socket) => { sockets.add(socket.on('error', () => undefined)); });
    await new Promise<void>((resolve) => { silent.listen(0, '127.0.0.1', resolve); });
    const url = `https://localhost:${(silent.address() as AddressInfo).port}`;
    await expect(pinnedAuthority({ url, timeout: 200 }, listener.authority.fingerprint, never)).rejects.toThrow(/no answer within 200 ms/);
    await expect(callEnrolment({ url, timeout: 200 }, { ca: listener.authority.pem }, { path: '/x' }, never)).rejects.toThrow(/no answer within 200 ms/);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => { silent.close(resolve); });
  });

  it('a token the controller does not know, and keeps neither key nor request', async () => {
    listener.mishaps = ['refuse'];
    const error = await failure(enrolWith(listener.token()));
    expect(error).toBeInstanceOf(EnrolmentRefused);
    expect(listener.requests).toHaveLength(1);
    expect((await store.read())?.next).toBeUndefined();
    expect(await keyFiles()).toEqual([]);
  });

  it.each<[Mishap, RegExp]>([
    ['another key', /for another key than ours/], ['expired', /which is not now/], ['foreign trust', /no authority of the trust bundle/],
  ])('a certificate that cannot be used: %s', async (mishap, expected) => {
    listener.mishaps = [mishap];
    const token = listener.token();
    expect((await failure(enrolWith(token))).message).toMatch(expected);
    expect((await store.read())?.current).toBeUndefined();
    await enrolWith(token); // the same token may try again, with the same key
    expect(listener.keys.size).toBe(1);
  });

  it('to replace an identity unless it is told to', async () => {
    const first = await enrolWith(listener.token());
    expect((await failure(enrolWith(listener.token()))).message).toMatch(/enrolled already as site-1.*--replace/);
    expect(listener.requests).toHaveLength(1);
    const second = await enrolWith(listener.token(), { replace: true });
    expect(second.current?.slot).not.toBe(first.current?.slot);
    expect(await keyFiles()).toEqual([`${second.current?.slot}.key`]);
  });

  it('to work on a damaged manifest, and says what to do', async () => {
    await enrolWith(listener.token());
    await writeFile(join(store.path, 'manifest.json'), '{"version":1');
    expect((await failure(enrolWith(listener.token(), { replace: true }))).message).toMatch(/is damaged\. Restore the directory .* or remove it and enrol again/);
  });
});

describe('enrolling', () => {
  it('makes a key that never leaves, readable by its owner only, and stores certificate and trust', async () => {
    const manifest = await enrolWith(listener.token());
    const key = await readFile(join(store.path, `${manifest.current?.slot}.key`), 'utf8');
    expect((await stat(store.path)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(store.path)) expect((await stat(join(store.path, name))).mode & 0o777).toBe(0o600);
    expect(new X509Certificate(manifest.current?.certificate ?? '').checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(createPrivateKey(key).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(JSON.stringify(listener.requests)).not.toContain('PRIVATE KEY');
    expect(await readFile(join(store.path, 'manifest.json'), 'utf8')).not.toContain('PRIVATE KEY');
    expect(manifest).toMatchObject({ agent: 'site-1', group: 'berlin', trust: { bundle: listener.authority.pem, revision: 'r1' }, url: listener.url });
    expect(listener.requests[0]?.body).toMatchObject({ hostId: 'host-a' });
  });

  it.each<Mishap>(['lose the answer', 'unavailable', 'garbage', 'too long'])('goes on after "%s", with the same key', async (mishap) => {
    listener.mishaps = [mishap];
    await enrolWith(listener.token());
    expect(listener.requests).toHaveLength(2);
    expect(new Set(listener.requests.map(({ body }) => body['csr'])).size).toBe(1);
    expect(listener.keys.size).toBe(1);
  });

  it('goes through an HTTP proxy with credentials', async () => {
    const proxy = await startTinyproxy();
    try {
      const settings = { host: '127.0.0.1', port: proxy.port, principal: 'agent', password: new SecretReference({ kind: 'clear', value: new GuardedString(secret('password at the proxy')) }) };
      await enrolWith(listener.token(), { route: { proxy: settings } });
      expect(await proxy.log()).toMatch(/CONNECT localhost/);
    } finally {
      await proxy.stop();
    }
  });

  it('reaches the listener by another URL than the token\'s, with the same checks', async () => {
    const { url } = listener;
    const token = makeEnrolmentToken({ url: 'https://unreachable.invalid:1', fingerprint: listener.authority.fingerprint });
    const manifest = await enrolWith(token, { route: { url: url.replace('localhost', '127.0.0.1') } });
    expect(manifest.url).toBe(url.replace('localhost', '127.0.0.1'));
  });
});

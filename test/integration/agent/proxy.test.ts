import { createServer, type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SecretReference } from '../../../agent/config/secret-reference.js';
import { dial } from '../../../agent/transport/dial.js';
import { oauthAuthorization } from '../../../agent/transport/oauth-token.js';
import { systemClock } from '../../../agent/system-clock.js';
import { GuardedString } from '../../../protocol/model/index.js';
import { OAuth2Server } from 'oauth2-mock-server';
import { makeTestCertificates, type TestCertificates } from './support/test-certificates.js';
import { startTestController, until } from './support/test-controller.js';
import { startSession, target } from './support/test-session.js';
import { startTinyproxy, type Tinyproxy } from './support/tinyproxy.js';
import { secret } from '../../support/secret-values.js';

const clear = (text: string): SecretReference => new SecretReference({ kind: 'clear', value: new GuardedString(text) });

let certificates: TestCertificates;
let proxy: Tinyproxy;
let cleanups: (() => unknown)[] = [];
beforeAll(async () => {
  certificates = await makeTestCertificates();
  proxy = await startTinyproxy();
});
afterAll(async () => {
  await proxy.stop();
  await certificates.remove();
});
afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
  cleanups = [];
});

const settings = (password = secret('password at the proxy')) => ({ host: '127.0.0.1', port: proxy.port, principal: 'agent', password: clear(password) });
const never = new AbortController().signal;

describe('through an HTTP proxy', () => {
  it('that does not accept our credentials, the failure names the proxy and not the password', async () => {
    const error = await dial(target('wss://localhost:1/openicf', { tls: certificates.agent, proxy: settings(secret('wrong password at the proxy')) }), never).then(() => undefined, (reason: unknown) => reason as Error);
    expect(error?.message).toMatch(new RegExp(`the proxy 127\\.0\\.0\\.1:${proxy.port} .*(407|401)`));
    expect(error?.message).not.toContain(secret('wrong password at the proxy'));
  });

  it('that cannot reach the controller, the failure says that it was the proxy', async () => {
    const error = await dial(target('wss://localhost:1/openicf', { tls: certificates.agent, proxy: settings() }), never).then(() => undefined, (reason: unknown) => reason as Error);
    expect(error?.message).toMatch(/the proxy 127\.0\.0\.1:\d+ answered HTTP 5\d\d/);
  });

  it('that hangs, the connect timeout ends it and the connection to the proxy', async () => {
    let open = 0;
    const hanging = createServer((socket) => {
      open += 1;
      socket.on('error', () => undefined).on('close', () => { open -= 1; }).resume();
    });
    await new Promise<void>((resolve) => { hanging.listen(0, '127.0.0.1', resolve); });
    cleanups.push(() => new Promise((resolve) => { hanging.close(resolve); }));
    const dialling = dial(target('wss://localhost:1/openicf', { tls: certificates.agent, connectTimeout: 300, proxy: { host: '127.0.0.1', port: (hanging.address() as AddressInfo).port } }), never);
    await expect(dialling).rejects.toThrow('no connection within 300 ms');
    await until(() => open === 0, 'the connection to the proxy to be cut');
  });

  it('the controller\'s name is verified, not the proxy\'s', async () => {
    const issued = await certificates.authority.issueController({ names: ['127.0.0.2'] }); // the proxy's own address is 127.0.0.1
    const controller = await startTestController({ tls: { ...certificates.server, cert: issued.certificate, key: issued.privateKey } });
    cleanups.push(() => controller.kill());
    await expect(dial(target(`wss://127.0.0.1:${controller.port}/openicf`, { tls: certificates.agent, proxy: settings() }), never)).rejects.toThrow(/another host name/);
  });

  it('a session opens with mutual TLS intact end to end', async () => {
    const controller = await startTestController({ tls: certificates.server });
    cleanups.push(() => controller.kill());
    const session = startSession(target(`wss://localhost:${controller.port}/openicf`, { tls: certificates.agent, proxy: settings() }));
    cleanups.push(() => session.stop());
    await controller.group();
    expect(controller.clients).toEqual(['site-1']);
    expect(await proxy.log()).toContain(`CONNECT localhost:${controller.port}`);
  });

  it('the token is fetched through it as well', async () => {
    const oauth = new OAuth2Server();
    await oauth.issuer.keys.generate('RS256');
    await oauth.start(0, '127.0.0.1');
    cleanups.push(() => oauth.stop());
    const authorization = oauthAuthorization({ tokenEndpoint: new URL(`http://127.0.0.1:${new URL(oauth.issuer.url!).port}/token`), clientId: 'c', clientSecret: clear('s'), proxy: settings() }, systemClock);
    expect(await authorization.header(never)).toMatch(/^Bearer ey/);
    expect(await proxy.log()).toContain(`127.0.0.1:${new URL(oauth.issuer.url!).port}`);
  });
});

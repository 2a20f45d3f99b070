import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../../agent/config/load-config.js';
import { AcmeSession } from '../../../../../agent/enrolment/acme/acme-session.js';
import { accountKey } from '../../../../../agent/enrolment/acme/account-key.js';
import { issueTlsFiles, type TlsFiles } from '../../../../targets/tls-files.js';

/** What an ACME server can do to who asks it, by hand. The protocol itself is tested against a real one. */
let folder: string;
let tls: TlsFiles;
let server: Server | undefined;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-acme-transport-'));
  tls = await issueTlsFiles(folder);
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Opens a session at a server that answers as told. */
async function open(answer: (request: IncomingMessage, response: ServerResponse, url: string) => void, { ca = true, stop = new AbortController().signal } = {}) {
  const started = createServer({ cert: await readFile(tls.certificateFile), key: await readFile(tls.keyFile) });
  server = started;
  await new Promise<void>((resolve) => { started.listen(0, '127.0.0.1', resolve); });
  const url = `https://localhost:${(started.address() as AddressInfo).port}`;
  started.on('request', (request: IncomingMessage, response: ServerResponse) => { answer(request, response, url); });
  const { acme } = readConfig(`agent: {name: a}\ncontrollers: [{url: "wss://c/openicf"}]\nenrolment: {acme: {directory: "${url}/dir", names: [a.example], timeout: 2s}}`, join(folder, 'agent.yaml')).enrolment;
  if (acme === undefined) throw new Error('there is no acme');
  return AcmeSession.open(acme, {
    accountKey: await accountKey(join(folder, 'acme')),
    route: { directory: acme.directory, ca: ca ? await readFile(tls.caFile, 'utf8') : undefined, timeout: acme.timeout, userAgent: 'test' },
  }, stop);
}
const json = (response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'Content-Type': 'application/json', 'Replay-Nonce': 'abc', ...headers }).end(JSON.stringify(body));
};
const directory = (url: string) => ({ newNonce: `${url}/nonce`, newAccount: `${url}/account`, newOrder: `${url}/order`, revokeCert: `${url}/revoke`, keyChange: `${url}/change` });

describe('an ACME server is not trusted further than it has to be', () => {
  it('not without a certificate of the configured authority', async () => {
    let asked = 0;
    await expect(open((_request, response, url) => {
      asked += 1;
      json(response, 200, directory(url));
    }, { ca: false })).rejects.toThrow(/set enrolment\.acme\.ca/);
    expect(asked).toBe(0);
  });

  it('not to send requests to places in clear text', async () => {
    await expect(open((_request, response, url) => json(response, 200, { ...directory(url), newNonce: 'http://127.0.0.1:1/nonce' }))).rejects.toThrow(/"http:\/\/127\.0\.0\.1:1\/nonce", which is not https/);
  });

  it('not to keep us longer than the time limit', async () => {
    await expect(open(() => undefined)).rejects.toThrow(/no answer within 2000 ms/);
  });

  it('not to fill the memory', async () => {
    await expect(open((_request, response) => {
      response.writeHead(200);
      response.on('error', () => undefined);
      for (let part = 0; part < 64; part += 1) response.write('x'.repeat(65_536));
      response.end();
    })).rejects.toThrow(/longer than any of an ACME server/);
  });

  it('not to hold us by Retry-After: the wait is told to whoever asks again', async () => {
    let asked = 0;
    const failure = await open((_request, response) => {
      asked += 1;
      json(response, 503, { type: 'urn:ietf:params:acme:error:serverInternal', detail: 'maintenance' }, { 'Retry-After': '7200' });
    }).then(() => undefined, (error: unknown) => error);
    expect(failure).toMatchObject({ message: expect.stringMatching(/maintenance/) as string, waitAtLeast: 7_200_000, insists: true });
    expect(asked).toBe(1);
  });

  it('not to be an ACME server because it answers', async () => {
    await expect(open((_request, response) => { response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Log in to this hotel</html>'); })).rejects.toThrow(/no ACME server/);
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const opening = open(() => { stop.abort(new Error('agent is stopping')); }, { stop: stop.signal });
    await expect(opening).rejects.toThrow('agent is stopping');
  });
});

describe('trouble that passes', () => {
  it('is waited for, and asked past', async () => {
    let troubles = 0;
    const failure = await open((request, response, url) => {
      if (request.url === '/dir' && (troubles += 1) < 3) return json(response, 503, {}, { 'Retry-After': '0' });
      if (request.url === '/dir') return json(response, 200, directory(url));
      if (request.url === '/nonce') return json(response, 200, {});
      return json(response, 403, { type: 'urn:ietf:params:acme:error:unauthorized', detail: 'not you' });
    }).then(() => undefined, (error: unknown) => error);
    expect(failure).toMatchObject({ name: 'EnrolmentRefused', code: 'unauthorized', message: expect.stringMatching(/refused the account: not you/) as string });
    expect(troubles).toBe(3);
  });
});

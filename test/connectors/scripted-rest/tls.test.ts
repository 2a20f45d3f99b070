import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import scriptedRest from '../../../connectors/catalog/scripted-rest/index.js';
import type { ScriptSandbox } from '../../../connectors/engines/scripted/sandbox/index.js';
import { GuardedString, IcfUri, Name, type IcfValue } from '../../../protocol/model/index.js';
import { filled, operationSandbox, scriptedSystem } from '../../support/scripted.js';
import { issueTlsFiles } from '../../targets/tls-files.js';
import { UserService } from './user-service.js';

let runner: ScriptSandbox;
let directory: string;
let pem: { readonly ca: string; readonly certificate: string; readonly key: string; readonly clientCertificate: string; readonly clientKey: string };
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'causeway-rest-tls-'));
  const files = await issueTlsFiles(directory);
  const [ca = '', certificate = '', key = '', clientCertificate = '', clientKey = ''] = await Promise.all([files.caFile, files.certificateFile, files.keyFile, files.clientCertificateFile, files.clientKeyFile].map((file) => readFile(file, 'utf8')));
  pem = { ca, certificate, key, clientCertificate, clientKey };
  runner = await operationSandbox();
});
afterAll(async () => {
  await runner.close();
  await rm(directory, { recursive: true });
});

/** The status of a request to a service with TLS, or the error's message. */
async function asked({ isMutual = false, trusted = [], customizer, values = {}, host = 'localhost' }: { readonly isMutual?: boolean; readonly trusted?: readonly string[]; readonly customizer?: string; readonly values?: Record<string, IcfValue>; readonly host?: string }): Promise<string> {
  const users = await UserService.start({ key: pem.key, cert: pem.certificate, ...(isMutual ? { ca: pem.ca, requestCert: true } : {}) }, host);
  try {
    const own = filled({ create: "return String((await connection.get('users')).status)", ...(customizer === undefined ? {} : { customizer }) });
    const system = await scriptedSystem({
      connector: scriptedRest, runner, scripts: own.scripts ?? {}, environment: { trustedCertificates: trusted },
      values: { serviceAddress: new IcfUri(`https://${host}:${users.port}/api`), defaultAuthMethod: 'NONE', ...own.values, ...values },
    });
    const answer = await system.create([new Name('a')]).then((uid) => uid?.value ?? '', (error: unknown) => (error as Error).message);
    if (!answer.startsWith('2')) expect(users.seen).toEqual([]);
    return answer;
  } finally {
    await users.stop();
  }
}

describe('a service with TLS', () => {
  it('is asked only when its certificate is that of an authority the agent or the customizer trusts, and its own', async () => {
    expect(await asked({})).toMatch(/GET https:\/\/localhost:\d+\/api\/users: the certificate of the server is not trusted.*trusted certificates/);
    expect(await asked({ trusted: [pem.ca] })).toBe('200');
    expect(await asked({ customizer: `customize({ init: () => ({ certificates: [${JSON.stringify(pem.ca)}] }) })` })).toBe('200');
    expect(await asked({ trusted: [pem.ca], host: '127.0.0.2' })).toMatch(/certificate/);
  });

  it('that asks for a certificate gets the customizer\'s, whose key stays a secret in scripts [scripted-rest 7]', async () => {
    expect(await asked({ isMutual: true, trusted: [pem.ca] })).toMatch(/failed|reached/);
    const customizer = `customize({ init: ({ customConfiguration: { tls } }) => ({ clientCertificate: { certificate: tls.certificate, key: tls.key } }) })`;
    const customSensitiveConfiguration = new GuardedString(JSON.stringify({ tls: { certificate: pem.clientCertificate, key: pem.clientKey } }));
    expect(await asked({ isMutual: true, trusted: [pem.ca], customizer, values: { customSensitiveConfiguration } })).toBe('200');
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import hana from '../../../connectors/catalog/sap-hana-database/index.js';
import { openSqlConnection } from '../../../connectors/engines/sql/open-connection.js';
import { openContext } from '../../support/open-context.js';
import { HanaServer } from '../../targets/hana-server.js';
import { issueSelfSigned } from '../../targets/self-signed.js';

async function listening(onConnection: (socket: Socket) => void): Promise<{ readonly url: string; stop(): Promise<unknown> }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return { url: `jdbc:sap://127.0.0.1:${(server.address() as AddressInfo).port}`, stop: () => new Promise((resolve) => { server.close(resolve); }) };
}

describe('SAP HANA over TLS', () => {
  let directory: string;
  let certificate: string;
  let server: HanaServer;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'causeway-hana-'));
    const { certificateFile, keyFile } = await issueSelfSigned(directory);
    certificate = await readFile(certificateFile, 'utf8');
    server = await HanaServer.start({ cert: certificate, key: await readFile(keyFile) });
  });
  afterAll(async () => {
    await server.stop();
    await rm(directory, { recursive: true });
  });

  async function serverVersion(host: string, options: string, trustedCertificates: readonly string[] = []): Promise<string> {
    const { user, password } = server.hana.login;
    const connection = await openSqlConnection({ url: `${server.urlAt(host)}/?${options}`, user, password }, { ...openContext(), trustedCertificates });
    await connection.close();
    return connection.serverVersion;
  }

  it('takes a certificate the agent trusts, for the name it has', async () => {
    expect(await serverVersion('localhost', 'encrypt=true', [certificate])).toBe('2.00.059.00');
    expect(await serverVersion('127.0.0.1', 'encrypt=true&hostNameInCertificate=localhost', [certificate])).toBe('2.00.059.00');
  });

  it.each([['localhost', 'encrypt=true', false], ['127.0.0.1', 'encrypt=true', true]] as const)('refuses one it does not trust, or of another name: %s %s', async (host, options, isTrusted) => {
    const error: unknown = await serverVersion(host, options, isTrusted ? [certificate] : []).catch((reason: unknown) => reason);
    expect(hana.translateError?.(error)?.kind).toBe('connectorSecurity');
  });

  it('says what setting is missing where an unencrypted connection is refused, without waiting for a greeting', async () => {
    const hangingUp = await listening((socket) => { socket.once('data', () => socket.destroy()); });
    const silent = await listening((socket) => { socket.resume(); });
    for (const [url, connectTimeout] of [[server.url, 30_000], [hangingUp.url, 30_000], [silent.url, 100]] as const) {
      const began = performance.now();
      const error: unknown = await openSqlConnection({ url, user: 'x', password: 'y', connectTimeout }, openContext()).catch((reason: unknown) => reason);
      expect(hana.translateError?.(error)).toMatchObject({ kind: 'connectionFailed', message: expect.stringContaining('add encrypt=true to the property url') as string });
      expect(performance.now() - began).toBeLessThan(5_000);
    }
    await Promise.all([hangingUp.stop(), silent.stop()]);
  });

  it('takes any where the address says so', async () => {
    expect(await serverVersion('127.0.0.1', 'encrypt=true&validateCertificate=false')).toBe('2.00.059.00');
  });
});

import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import hana from '../../../connectors/catalog/sap-hana-database/index.js';
import { openSqlConnection } from '../../../connectors/engines/sql/open-connection.js';
import { openContext } from '../../support/open-context.js';
import { HanaServer } from '../../targets/hana-server.js';
import { issueSelfSigned } from '../../targets/self-signed.js';

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

  it('takes any where the address says so', async () => {
    expect(await serverVersion('127.0.0.1', 'encrypt=true&validateCertificate=false')).toBe('2.00.059.00');
  });
});

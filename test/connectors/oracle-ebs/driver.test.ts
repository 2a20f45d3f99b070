import { createServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import ebs from '../../../connectors/catalog/oracle-ebs/index.js';
import { ConnectorCaller, failure } from '../../support/connector-caller.js';

/** The driver as it is. There is no Oracle database to log in to, only places where there is none. */
describe('the oracledb driver where no database answers', () => {
  const callers: ConnectorCaller[] = [];
  afterEach(async () => { await Promise.all(callers.splice(0).map((caller) => caller.dispose())); });

  async function failing(url: string) {
    const caller = new ConnectorCaller(ebs, { url, username: 'EBSADMIN', password: 'Apps-Passw0rd' });
    callers.push(caller);
    const error = await failure(caller.test());
    expect(error.message).not.toContain('Apps-Passw0rd');
    return error;
  }

  it('fails as not connected, and may be tried again', async () => {
    for (const url of ['jdbc:oracle:thin:@//127.0.0.1:1/EBSDB', 'jdbc:oracle:thin:@127.0.0.1:1:EBSDB', 'jdbc:oracle:thin:@//nowhere.invalid:1521/EBSDB']) {
      const { kind, retryable, message } = await failing(url);
      expect([kind, retryable], `${url} ${message}`).toEqual(['connectionFailed', true]);
    }
  });

  // By the numbers of the driver's own table of messages (oracledb, lib/errors.js).
  it.each([
    ['NJS-003', 'connectionBroken'], ['NJS-500', 'connectionBroken'], ['NJS-501', 'connectionBroken'], ['NJS-521', 'connectionBroken'], ['NJS-510', 'connectionFailed'], ['NJS-123', 'operationTimeout'],
    ['NJS-506', 'connectorSecurity'], ['NJS-518', 'configuration'],
  ])('takes %s for %s', (code, kind) => {
    expect(ebs.translateError?.(Object.assign(new Error(`${code}: …`), { code }))?.kind).toBe(kind);
  });

  it('fails where something else listens', async () => {
    const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
    const error = await failing(`jdbc:oracle:thin:@//127.0.0.1:${(server.address() as AddressInfo).port}/EBSDB`);
    server.close();
    expect(error.message).toMatch(/NJS-\d+/);
    expect(error.retryable, error.message).toBe(true);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { startHealthServer, type HealthServer } from '../../../../agent/observe/health-server.js';

let server: HealthServer | undefined;
afterEach(() => server?.close());

describe('the health endpoints', () => {
  it('/status tells the same as /readyz, and answers 200 when the agent is not ready', async () => {
    const status = { ready: false, identity: { serialNumber: 'AB', daysLeft: 3.5, renewal: { state: 'failing' } } };
    const { port } = server = await startHealthServer({ port: 0, address: '127.0.0.1', status: () => status });
    const ask = async (path: string): Promise<[number, unknown]> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.status, await response.json()];
    };
    expect(await ask('/readyz')).toEqual([503, status]);
    expect(await ask('/status')).toEqual([200, status]);
    expect(await ask('/livez')).toEqual([200, { live: true }]);
  });
});

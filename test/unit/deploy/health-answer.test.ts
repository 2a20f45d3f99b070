import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { healthAnswer } from '../../../deploy/container/health-answer.js';

let status = 200;
const asked: (string | undefined)[] = [];
const server = createServer((request, response) => {
  asked.push(request.url);
  response.writeHead(status, { Connection: 'close' }).end('{}');
});
const listening = new Promise<string>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(String((server.address() as AddressInfo).port)); }); });
afterEach(() => { status = 200; });

describe('the health check of a container', () => {
  it('is content with an agent that is ready', async () => {
    expect((await healthAnswer({ CAUSEWAY_HEALTH__PORT: await listening })).isReady).toBe(true);
    expect(asked).toEqual(['/readyz']);
  });

  it('tells an agent that cannot work from one that is not there', async () => {
    status = 503;
    expect(await healthAnswer({ CAUSEWAY_HEALTH__PORT: await listening })).toMatchObject({ isReady: false, text: expect.stringMatching(/answers 503: the agent is not connected/) as string });
    await new Promise((resolve) => { server.close(resolve); });
    expect(await healthAnswer({ CAUSEWAY_HEALTH__PORT: await listening })).toMatchObject({ isReady: false, text: expect.stringMatching(/ECONNREFUSED.*health\.port/) as string });
  });
});

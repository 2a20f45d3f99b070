import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { heldAnswer, type StreamedAnswer } from '../../../../connectors/engines/http/answer-body.js';
import { clientWith, failure, never, serving, textOf, to } from './http-service.js';

/** A service that begins its answers and leaves the rest to the test. */
async function begun(): Promise<{ readonly address: string; readonly next: () => Promise<readonly [IncomingMessage, ServerResponse]> }> {
  const asked: (readonly [IncomingMessage, ServerResponse])[] = [];
  let wake: () => void = () => undefined;
  const address = await serving((request, response) => { response.writeHead(200, { 'x-page': '1' }).write('first'); asked.push([request, response]); wake(); });
  return {
    address,
    next: async () => {
      while (asked.length === 0) await new Promise<void>((resolve) => { wake = resolve; });
      return asked.shift()!;
    },
  };
}

const closed = (request: IncomingMessage) => new Promise((resolve) => { request.socket.once('close', resolve); });
const all = async ({ body }: StreamedAnswer): Promise<string> => { let text = ''; for await (const part of body) text += textOf(part); return text; };

describe('an answer that is read while it arrives', () => {
  it('is an error where the connection ends before it does', async () => {
    const { address, next } = await begun();
    const answer = await (await clientWith()).stream(to(address), never);
    (await next())[1].destroy();
    expect(await failure(all(answer))).toMatchObject({ kind: 'connectorIo', message: expect.stringMatching(/GET http:\/\/127/) as string });
  });

  it('ends with its connection when the signal fires', async () => {
    const { address, next } = await begun();
    const abort = new AbortController();
    const answer = await (await clientWith()).stream(to(address), abort.signal);
    const [request] = await next();
    const [gone, reading] = [closed(request), all(answer)];
    abort.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
    await gone;
  });

  it('gives its connection up when it is left early', async () => {
    const { address, next } = await begun();
    const client = await clientWith({ connections: 1 });
    const answer = await client.stream(to(address), never);
    const [request] = await next();
    const gone = closed(request);
    for await (const part of answer.body) { expect(textOf(part)).toBe('first'); break; }
    await gone;
    const again = client.stream(to(address), never);
    (await next())[1].end();
    expect(await all(await again)).toBe('first');
  });

  it('may be so large and no larger, decoded', async () => {
    const address = await serving((_, response) => { response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(3_000_000))); });
    const client = await clientWith();
    expect(await failure(client.stream(to(address, { largestAnswer: 2_999_999 }), never).then(all))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/larger than 2999999/) as string });
    expect(await all(await client.stream(to(address, { largestAnswer: 3_000_000 }), never))).toHaveLength(3_000_000);
  });

  it('has begun when its head is there', async () => {
    const { address, next } = await begun();
    const answer = await (await clientWith()).stream(to(address), never);
    expect([answer.status, answer.headers.get('x-page'), answer.place]).toEqual([200, '1', `GET ${address}`]);
    (await next())[1].end(' and last');
    expect(await all(answer)).toBe('first and last');
  });

  it('is held, so that its connection is free, when it is no good one; a page of an error is cut where it is too large', async () => {
    const address = await serving((_, response) => { response.writeHead(500).end('x'.repeat(1_000_000)); });
    const client = await clientWith({ connections: 1 });
    const first = await client.stream(to(address), never);
    expect((await heldAnswer(first)).body).toHaveLength(1_000_000);
    const cut = await heldAnswer(await client.stream(to(address, { largestAnswer: 300_000 }), never));
    expect([cut.status, cut.body.length <= 300_000]).toEqual([500, true]);
  });

  it('is of the request that a refused one earned', async () => {
    const address = await serving((request, response) => { response.writeHead(request.headers.authorization === 'Bearer 2' ? 200 : 401).end('x'); });
    let tokens = 0;
    const client = await clientWith({ address: new URL(address), authentication: { headers: async () => new Map([['authorization', `Bearer ${++tokens}`]]), answered: async ({ status }) => status === 401 } });
    expect((await client.stream(to(address), never)).status).toBe(200);
  });
});

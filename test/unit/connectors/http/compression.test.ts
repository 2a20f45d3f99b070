import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clientWith, failure, never, serving, textOf, to } from './http-service.js';

const TEXT = JSON.stringify({ entries: Array.from({ length: 5_000 }, (_, index) => ({ id: index })) });
const encoded = (encoding: string, body: Uint8Array) => serving((_, response) => { response.writeHead(200, { 'content-encoding': encoding }).end(body); });

describe('an answer that is compressed', () => {
  it('is refused once it is larger than it may be when it is decoded', async () => {
    const bomb = await encoded('gzip', gzipSync(Buffer.alloc(64 * 1024 ** 2)));
    const client = await clientWith();
    expect(await failure(client.request(to(bomb), never))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/larger than 33554432 bytes/) as string });
    expect(await failure(client.request(to(bomb, { method: 'POST', largestAnswer: 1_000 }), never))).toMatchObject({ outcome: 'unknown', message: expect.stringMatching(/larger than 1000 bytes/) as string });
  });

  it('is refused where it is twice a bomb, or nested deeper than anything needs', async () => {
    const twice = await encoded('gzip, gzip', gzipSync(gzipSync(Buffer.alloc(64 * 1024 ** 2))));
    const deeper = await encoded('gzip, gzip, gzip', gzipSync(''));
    const client = await clientWith();
    expect(await failure(client.request(to(twice), never))).toMatchObject({ message: expect.stringMatching(/larger than/) as string });
    expect(await failure(client.request(to(deeper), never))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/3 encodings/) as string });
  });

  it('is an error where it breaks off, or is not what it says', async () => {
    const client = await clientWith();
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const whole = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync }[encoding]!(TEXT);
      expect(await failure(client.request(to(await encoded(encoding, whole.subarray(0, whole.length / 2))), never))).toMatchObject({ kind: 'connectorIo' });
    }
    expect(await failure(client.request(to(await encoded('gzip', Buffer.from('no gzip'))), never))).toMatchObject({ kind: 'connectorIo' });
  });

  it('in an encoding nobody asked for is named', async () => {
    const client = await clientWith();
    expect(await failure(client.request(to(await encoded('zstd', Buffer.from('x'))), never))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/'zstd'.*gzip, deflate, br/) as string });
  });

  it.each([
    ['gzip', gzipSync], ['X-GZIP', gzipSync], ['deflate', deflateSync], ['deflate', deflateRawSync], ['br', brotliCompressSync], ['identity', Buffer.from], ['gzip, br', (text: string) => brotliCompressSync(gzipSync(text))],
  ])('with %s (%o) is read', async (encoding, encode) => {
    const client = await clientWith();
    expect(textOf((await client.request(to(await encoded(encoding, encode(TEXT))), never)).body)).toBe(TEXT);
  });

  it('may have no content at all', async () => {
    const address = await serving((request, response) => { response.writeHead(request.url === '/204' ? 204 : 200, { 'content-encoding': 'gzip' }).end(); });
    const client = await clientWith();
    for (const request of [to(address), to(`${address}204`), to(address, { method: 'HEAD' })]) expect((await client.request(request, never)).body).toHaveLength(0);
  });

  it('is asked for unless that is switched off', async () => {
    const seen: unknown[] = [];
    const address = await serving((request, response) => { seen.push(request.headers['accept-encoding']); response.end(); });
    await (await clientWith()).request(to(address), never);
    await (await clientWith({ compression: false })).request(to(address), never);
    expect(seen).toEqual(['gzip, deflate, br', undefined]);
  });
});

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { belongsTo } from '../../../../connectors/framework/operation-spans.js';
import { HttpClient, type HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { FakeSpan } from '../../../support/fake-span.js';

let server: Server;
let origin: string;
const seen: Record<string, unknown>[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(request.headers);
    response.writeHead(request.url?.includes('gone') === true ? 404 : 200).end('{}');
  });
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));

async function spanFor(path: string, more: Partial<HttpRequest> = {}): Promise<FakeSpan> {
  const client = await HttpClient.open({ address: new URL(`${origin}/scim/v2`), authentication: { ...noAuthentication, headers: async () => new Map([['authorization', 'Bearer marked-token']]) } });
  const { signal } = new AbortController();
  const span = new FakeSpan();
  belongsTo(signal, span);
  await client.request({ method: 'GET', url: new URL(path, origin), headers: new Map(), ...more }, signal).finally(() => client.close());
  return span.children[0]!;
}

describe('a request as traces show it', () => {
  it('by the conventions for HTTP clients, its path by the names of what is in it', async () => {
    const span = await spanFor('/scim/v2/Users/marked-uid?filter=marked-value', { template: '/Users/{uid}?filter={filter}' });
    expect(span).toMatchObject({
      name: 'GET /Users/{uid}', kind: 'client', hasEnded: true,
      attributes: { 'http.request.method': 'GET', 'http.response.status_code': 200, 'server.address': '127.0.0.1', 'server.port': Number(new URL(origin).port), 'url.full': `${origin}/scim/v2/Users/{uid}`, 'url.template': '/Users/{uid}' },
    });
    expect(JSON.stringify(span.attributes)).not.toContain('marked');
  });

  it('without a name for it, only what is configured of the path is shown', async () => {
    expect((await spanFor('/scim/v2/Users/marked-uid?q=marked')).attributes['url.full']).toBe(`${origin}/scim/v2/...`);
    expect((await spanFor('/elsewhere/marked-uid')).attributes['url.full']).toBe(`${origin}/...`);
    expect((await spanFor('/scim/v2evil/marked')).attributes['url.full']).toBe(`${origin}/...`);
    expect((await spanFor('/scim/v2')).attributes['url.full']).toBe(`${origin}/scim/v2`);
  });

  it('an answer that is an error says so', async () => {
    expect((await spanFor('/scim/v2/gone')).attributes).toMatchObject({ 'http.response.status_code': 404, 'error.type': '404' });
  });

  it('a method nobody knows makes no name of its own', async () => {
    expect(await spanFor('/scim/v2/x', { method: 'PROPFIND' })).toMatchObject({ name: '_OTHER', attributes: { 'http.request.method': '_OTHER' } });
  });

  it('the target is told nothing of the trace', async () => {
    await spanFor('/scim/v2/x');
    for (const headers of seen) expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['traceparent']));
  });
});

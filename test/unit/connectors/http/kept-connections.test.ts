import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { HttpClient, HttpRequest } from '../../../../connectors/engines/http/http-client.js';
import type { HttpSettings } from '../../../../connectors/engines/http/http-settings.js';
import { clientWith, failure, listening, never, to } from './http-service.js';

const RETRY = { attempts: 2, patience: 1_000, firstPause: 1, random: () => 0 };

/** A server of which a test knows the connections and the requests that it read. */
class Keeper {
  readonly sockets: Socket[] = [];
  readonly read: string[] = [];
  readonly #server: Server = createServer((request, response) => { this.read.push(request.method ?? ''); this.answer(() => response.end()); });
  answer: (end: () => void) => void = (end) => end();
  address = '';

  static async start(): Promise<Keeper> {
    const keeper = new Keeper();
    keeper.#server.on('connection', (socket) => { keeper.sockets.push(socket); });
    keeper.address = `http://127.0.0.1:${await listening(keeper.#server)}/`;
    return keeper;
  }

  /** Closes the connections; that the client's end has heard of it, nothing here has read yet. */
  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}

/** A client that has a connection of the server's, kept from a request before. */
async function kept(settings: Partial<HttpSettings> = {}): Promise<{ readonly keeper: Keeper; readonly client: HttpClient; send(request?: Partial<HttpRequest>): Promise<number> }> {
  const keeper = await Keeper.start();
  const client = await clientWith(settings);
  const send = async (request: Partial<HttpRequest> = {}): Promise<number> => (await client.request(to(keeper.address, request), never)).status;
  await send();
  keeper.read.length = 0;
  return { keeper, client, send };
}

describe('a kept connection that the server closes', () => {
  it.each(['GET', 'HEAD', 'POST', 'PATCH', 'PUT', 'DELETE'])('before a %s is sent, is not used for it', async (method) => {
    for (const settings of [{}, { retry: RETRY }]) {
      const { keeper, send } = await kept(settings);
      keeper.close();
      expect(await send({ method })).toBe(200);
      expect(keeper.read).toEqual([method]);
    }
  });

  it.each<[string, Partial<HttpRequest>, Partial<HttpSettings>]>([
    ['a GET', {}, {}], ['a GET of a client that retries', {}, { retry: RETRY }], ['a POST that only reads', { method: 'POST', reads: true }, {}],
    ['a PUT that may be repeated', { method: 'PUT', repeatable: true }, { retry: RETRY }],
  ])('while %s is under way, has it sent on another one', async (_, request, settings) => {
    const { keeper, send } = await kept(settings);
    let first = true;
    keeper.answer = (end) => { if (first) keeper.close(); else end(); first = false; };
    expect(await send(request)).toBe(200);
    expect(keeper.read).toHaveLength(2);
  });

  it.each(['POST', 'PATCH', 'PUT', 'DELETE'])('while a %s is under way, leaves open what became of it', async (method) => {
    const { keeper, client } = await kept({ retry: RETRY });
    keeper.answer = () => { keeper.close(); };
    expect(await failure(client.request(to(keeper.address, { method }), never))).toMatchObject({ kind: 'connectorIo', outcome: 'unknown' });
    expect(keeper.read).toEqual([method]);
  });

  it('each time, is an error after the second one', async () => {
    const { keeper, client } = await kept();
    keeper.answer = () => { keeper.close(); };
    expect(await failure(client.request(to(keeper.address), never))).toMatchObject({ kind: 'connectorIo' });
    expect(keeper.read).toEqual(['GET', 'GET']);
  });
});

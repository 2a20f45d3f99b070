import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorIn, on } from '../../../../connectors/engines/http/answer-errors.js';
import type { StreamedAnswer } from '../../../../connectors/engines/http/answer-body.js';
import { JsonItemParser } from '../../../../connectors/engines/http/json-item-parser.js';
import { jsonItems } from '../../../../connectors/engines/http/json-items.js';
import type { JsonValue } from '../../../../connectors/engines/http/json-text.js';
import { asNumbers, clientWith, failure, never, serving, to } from './http-service.js';

const place = { system: 'Box', method: 'GET', url: new URL('https://api.example.com/users') };
const PART = 65_536;

function streamed(text: string | Uint8Array, type = 'application/json', part = PART): StreamedAnswer & { readonly seen: { parts: number; isLeft: boolean } } {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const seen = { parts: 0, isLeft: false };
  async function* body() {
    try {
      for (let at = 0; at < bytes.length; at += part) { seen.parts++; yield bytes.subarray(at, at + part); }
    } finally {
      seen.isLeft = true;
    }
  }
  return { status: 200, headers: new Map([['content-type', type]]), place: 'GET /users', body: body(), seen };
}

async function all(answer: StreamedAnswer, path: string, options = {}) {
  const items: JsonValue[] = [];
  const chunks: number[] = [];
  const reading = jsonItems(answer, path, place, options);
  for (let step = await reading.next(); ; step = await reading.next()) {
    if (step.done === true) return { items, chunks, rest: step.value };
    items.push(...step.value);
    chunks.push(step.value.length);
  }
}

const people = (count: number): readonly { readonly id: number; readonly name: string }[] => Array.from({ length: count }, (_, id) => ({ id, name: `Jürgen "${id}" ☃ {[,]}\\`.padEnd(100, 'x') }));

describe('a list that is read while it arrives', () => {
  it.each([['small', 10], ['large', 20_000]])('is an error where it breaks off, after what came before (%s)', async (_, count) => {
    const text = JSON.stringify({ entries: people(count), next: 'n' });
    for (const length of [1, Math.floor(text.length / 2), text.length - 12, text.length - 1]) expect(await failure(all(streamed(text.slice(0, length)), 'entries'))).toMatchObject({ kind: 'connectorIo', message: expect.stringMatching(/^Box: GET \/users answered 200 \(application\/json\).*not all of it/) as string });
  });

  it.each([['small', 10], ['large', 20_000]])('is refused without what was expected, or with more than JSON (%s)', async (_, count) => {
    const text = JSON.stringify({ other: people(count), entries: { id: 1 } });
    expect(await failure(all(streamed(text), 'entries'))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/without the list 'entries'/) as string });
    expect(await failure(all(streamed(text), 'missing.list'))).toMatchObject({ kind: 'connector' });
    expect((await all(streamed(text), 'missing', { mayBeMissing: true })).items).toEqual([]);
    for (const wrong of [`${text}]`, text.replace(',', ',,'), text.replace('{"id":1}', '{"id":1]'), text.replace('"id":1', 'id:1'), `${text}${text}`]) expect(await failure(all(streamed(wrong), 'other'))).toMatchObject({ kind: 'connectorIo' });
  });

  it('is refused as a web page, and with bytes that are no UTF-8', async () => {
    expect(await failure(all(streamed('<html>', 'text/html'), ''))).toMatchObject({ kind: 'connectorIo', message: expect.stringMatching(/web page/) as string });
    const bytes = new TextEncoder().encode(JSON.stringify(people(20_000)));
    bytes[bytes.indexOf(0xc3, 1_500_000) + 1] = 0x20;
    expect(await failure(all(streamed(bytes), ''))).toMatchObject({ kind: 'connector', message: expect.stringMatching(/charset/) as string });
  });

  it('is the error that the connector finds in a good answer', async () => {
    const context = { ...place, operation: 'search', rules: [on(200, { at: 'ok', is: 'false' }).fail('permissionDenied')] } as const;
    const read = (body: unknown) => { const answer = streamed(JSON.stringify(body)); return all(answer, 'entries', { refuse: (rest: JsonValue) => errorIn(answer, rest, context) }); };
    expect(await failure(read({ ok: false, message: 'not_allowed' }))).toMatchObject({ kind: 'permissionDenied', message: expect.stringMatching(/"not_allowed"/) as string });
    expect((await read({ ok: true, entries: [1] })).items).toEqual([1]);
  });

  it('gives chunks before the rest has come, and lets go of the answer when it is left', async () => {
    const answer = streamed(JSON.stringify({ entries: people(50_000) }));
    for await (const chunk of jsonItems(answer, 'entries', place)) { expect(chunk.length).toBeGreaterThan(1_000); break; }
    expect(answer.seen.isLeft).toBe(true);
    expect(answer.seen.parts).toBeLessThan(25);
    const { chunks } = await all(streamed(JSON.stringify({ entries: people(50_000) })), 'entries');
    expect(Math.max(...chunks.slice(1))).toBeLessThan(2_000);
  });

  it.each([['', 20_000], ['', 3], ['data.items', 20_000], ['data.items', 3], ['entries', 0]])('is what JSON.parse finds at %o (%d elements), with what stands before and after it', async (path, count) => {
    const list = people(count);
    const around = (items: unknown) => (path === '' ? items : { next: 'a', entries: items, data: { total: 1, items, after: { items: [1] } }, items: [[]], last: { next: 'b' } });
    const whole = around(list) as { data?: { items: unknown }; entries?: unknown };
    const { items, rest } = await all(streamed(JSON.stringify(whole)), path);
    expect(items).toEqual(list);
    const expected = path === '' ? [] : path === 'entries' ? { ...whole, entries: [] } : { ...whole, data: { ...whole.data, items: [] } };
    expect(rest).toEqual(expected);
  });

  it('keeps large whole numbers, in elements and beside them', async () => {
    const text = `{"cursor":9007199254740993,"ids":[${'12345678901234567890,'.repeat(100_000)}1,null,"x",true,[],{}]}`;
    const { items, rest } = await all(streamed(text), 'ids');
    expect(items).toHaveLength(100_006);
    expect([items[0], ...items.slice(-6), rest]).toEqual([12345678901234567890n, 1, null, 'x', true, [], {}, { cursor: 9007199254740993n, ids: [] }]);
  });

  it('is read from a service without holding it', async () => {
    const list = people(30_000);
    const address = await serving((_, response) => { response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value: list, '@odata.nextLink': 'n' })); });
    const client = await clientWith();
    const { items, rest } = await all(await client.stream(to(address), never), 'value');
    expect([items.length, rest]).toEqual([30_000, { value: [], '@odata.nextLink': 'n' }]);
  });
});

describe('a parser of lists', () => {
  /** In parts, cut anywhere. */
  const parsed = (text: string, steps: readonly string[], cuts: readonly number[]) => {
    const parser = new JsonItemParser(steps);
    const places = [0, ...[...cuts].map((cut) => cut % (text.length + 1)).sort((a, b) => a - b), text.length];
    for (let index = 1; index < places.length; index++) parser.write(text.slice(places[index - 1], places[index]));
    return { rest: parser.end(), items: parser.take() };
  };

  it('finds what JSON.parse finds, wherever the text is cut, and nothing in a text that is not whole', () => {
    fc.assert(fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.nat(), { maxLength: 5 }), (items, members, cuts) => {
      const whole: Record<string, unknown> = { ...members, list: items };
      const text = JSON.stringify(whole);
      expect(asNumbers(parsed(text, ['list'], cuts))).toEqual({ items: JSON.parse(JSON.stringify(items)) as unknown, rest: { ...(JSON.parse(text) as object), list: [] } });
      expect(() => parsed(text.slice(0, (cuts[0] ?? 0) % text.length), ['list'], cuts)).toThrow(SyntaxError);
    }));
  });

  it('refuses a list that is there twice, rather than to choose', () => {
    expect(() => parsed('{"a":[1],"a":[2]}', ['a'], [])).toThrow(SyntaxError);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConnectorError, ConnectorObject, IcfArray, LAST_PAGE, Name, OPTION, OperationOptions, Uid, type Operation, type SyncDelta,
} from '../../../../protocol/model/index.js';
import {
  decodeOperation, decodeResponse, encodeAcknowledgement, encodeError, encodeOperationRequest, encodeSingleResult, encodeStreamEnd, encodeStreamItem,
} from '../../../../protocol/codec/index.js';
import { decodeFrame, encodeMessage } from '../../../../protocol/frame.js';
import type { OperationResponse } from '../../../../protocol/message.js';
import { OFFERED } from '../../../../protocol/session/features.js';
import { FIXED } from '../../../../protocol/session/limits.js';
import { KEY, account } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { ask, facadeKey, hex, lastError, options, relay, request, search, withId } from '../../../support/relay.js';
import { cut } from '../../../support/socket-pair.js';

const sync: Operation = { kind: 'sync', objectClass: '__ACCOUNT__', token: { value: 5 }, options };
const error = (id: number) => encodeError(id, new ConnectorError('unknownUid', 'gone', { cause: new ConnectorError('illegalState', 'x') }));

describe('an operation that is passed on', () => {
  it('goes out as it came and comes back as it was answered, but for the ids', async () => {
    const made = await relay();
    for (let id = 1; id <= 200; id++) {
      await made.requester.send(request(id * 977, { kind: 'test' }));
      const asked = made.server.last('operationRequest').id;
      await made.server.send(encodeSingleResult(asked, 'test', undefined));
    }
    expect(hex(made.asked())).toEqual(Array.from({ length: 200 }, (_, n) => Buffer.from(withId(made.server.of('operationRequest')[n]!.id, request((n + 1) * 977, { kind: 'test' }))).toString('hex')));
    expect(hex(made.answers())).toEqual(Array.from({ length: 200 }, (_, n) => Buffer.from(encodeSingleResult((n + 1) * 977, 'test', undefined)).toString('hex')));
    expect(made.ended).toHaveLength(200);
    expect(made.targetGroup.pending).toBe(0);
  });

  it('every frame of a search, whatever it holds, differs in nothing but the id', async () => {
    const made = await relay();
    let id = 120;
    await fc.assert(fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 40 }), fc.array(fc.record({ size: fc.nat(400), extra: fc.uint8Array({ maxLength: 20 }) }), { maxLength: 12 }), async (step, results) => {
      id += step % 1000 + 1;
      const before = made.answers().length;
      const asked = await ask(made, id, search);
      // Fields nobody knows, as a later version may send, travel on too.
      const unknown = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0x82, 0x01, bytes.length]), bytes]);
      const frames = results.map(({ size, extra }, n) => Buffer.concat([encodeStreamItem(asked, 'search', account(n + 1, size), n + 1), unknown(extra)]));
      await made.server.send(...frames, encodeStreamEnd(asked, 'search', LAST_PAGE, frames.length)[0]!);
      const expected = [...frames, encodeStreamEnd(asked, 'search', LAST_PAGE, frames.length)[0]!].map((frame) => withId(id, frame));
      expect(hex(made.answers().slice(before))).toEqual(hex(expected));
    }), { numRuns: 40 });
    expect(made.targetGroup.pending).toBe(0);
  });

  const delta: SyncDelta = { kind: 'DELETE', token: { value: 6 }, uid: new Uid('1'), previousUid: undefined, objectClass: '__ACCOUNT__', object: undefined };
  it.each<[string, Operation, (id: number) => Uint8Array[], number | undefined]>([
    ['create', { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('n')], options }, (id) => [encodeSingleResult(id, 'create', new Uid('1'))], undefined],
    ['get', { kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('1'), options }, (id) => [encodeSingleResult(id, 'get', account(1))], undefined],
    ['get of nothing', { kind: 'get', objectClass: '__ACCOUNT__', uid: new Uid('1'), options }, (id) => [encodeSingleResult(id, 'get', null)], undefined],
    ['schema', { kind: 'schema' }, (id) => [encodeSingleResult(id, 'schema', null)], undefined],
    ['latest sync token', { kind: 'latestSyncToken', objectClass: '__ACCOUNT__' }, (id) => [encodeSingleResult(id, 'latestSyncToken', { value: 5 })], undefined],
    ['sync', sync, (id) => [encodeStreamItem(id, 'sync', delta, 1), ...encodeStreamEnd(id, 'sync', { value: 6 }, 1)], 1],
    ['search of nothing', search, (id) => encodeStreamEnd(id, 'search', undefined, 0), 0],
    ['batch', { kind: 'batch', tasks: [{ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('1'), options }, { kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid('2'), options }], options },
      (id) => [encodeStreamItem(id, 'batch', { task: 0 }, 1), encodeStreamItem(id, 'batch', { task: 1 }, 2), ...encodeStreamEnd(id, 'batch', { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true }, 2)], 2],
    ['events', { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options },
      (id) => [encodeAcknowledgement(id, 'subscribeToObjects'), encodeStreamItem(id, 'subscribeToObjects', account(1), 1), ...encodeStreamEnd(id, 'subscribeToObjects', undefined, 1)], 1],
    ['changes', { kind: 'subscribeToChanges', objectClass: '__ACCOUNT__', token: null, options },
      (id) => [encodeAcknowledgement(id, 'subscribeToChanges'), encodeStreamItem(id, 'subscribeToChanges', delta, 1), ...encodeStreamEnd(id, 'subscribeToChanges', undefined, 1)], 1],
  ])('%s ends when its answer is complete, and not before', async (_title, operation, answer, count) => {
    const made = await relay();
    const id = await ask(made, 1_000, operation);
    const frames = answer(id);
    for (const frame of frames) {
      expect(made.ended).toHaveLength(0);
      expect(made.targetGroup.pending).toBe(1);
      await made.server.send(frame);
    }
    expect(hex(made.answers())).toEqual(hex(answer(1_000)));
    expect(made.ended).toEqual([{ operation: operation.kind, operationId: undefined, outcome: 'ok', error: undefined, count }]);
    expect(made.targetGroup.pending).toBe(0);
  });

  it('an error comes back as the message it was: class, message, causes and stack trace', async () => {
    const made = await relay();
    const id = await ask(made, 300, search);
    const causes = Array.from({ length: 7 }, (_, n) => ({ javaClass: `com.example.E${n}`, message: `cause ${n}` }));
    const failure = (under: number) => encodeMessage({ kind: 'error', id: under, javaClass: 'com.example.Strange', message: 'näh', causes, stackTrace: 'at com.example.X' });
    await made.server.send(encodeStreamItem(id, 'search', account(1), 1), failure(id));
    await made.clock.advance(FIXED.errorSettle);
    expect(hex(made.answers())).toEqual(hex([encodeStreamItem(300, 'search', account(1), 1), failure(300)]));
    expect(made.ended).toMatchObject([{ outcome: 'failed', count: 1, error: { javaClass: 'com.example.Strange' } }]);
  });

  it('hazard 13: a search a Java server gave up, its last result tried on every socket, is not passed on as complete', async () => {
    const made = await relay({ targetSockets: 2 });
    const [one, two] = made.servers;
    const id = await ask(made, 300, search);
    await one!.send(encodeStreamItem(id, 'search', account(1), 1), encodeStreamItem(id, 'search', account(2), 2));
    await two!.send(encodeStreamItem(id, 'search', account(2), 2), encodeStreamEnd(id, 'search', LAST_PAGE, 2)[0]!);
    expect(lastError(made)).toMatchObject({ id: 300, message: expect.stringContaining('probably incomplete') as string });
    expect(made.ended).toMatchObject([{ outcome: 'failed' }]);
    expect(made.targetGroup.pending).toBe(0);
  });

  it.each([true, false])('hazard 13: the other copy of the last result may come a little later than the end (comes: %s)', async (isGivenUp) => {
    const made = await relay({ targetSockets: 2 });
    const [one, two] = made.servers;
    const id = await ask(made, 300, search);
    const last = encodeStreamItem(id, 'search', account(120), 120);
    await two!.send(...Array.from({ length: 119 }, (_, n) => encodeStreamItem(id, 'search', account(n + 1), n + 1)), last, encodeStreamEnd(id, 'search', LAST_PAGE, 120)[0]!);
    expect(made.ended).toHaveLength(0);
    if (isGivenUp) await one!.send(last);
    await made.clock.advance(500);
    expect(made.ended).toMatchObject([isGivenUp ? { outcome: 'failed' } : { outcome: 'ok', count: 120 }]);
  });

  it('an error that answers no request of ours ends none', async () => {
    const made = await relay();
    const id = await ask(made, 1, search);
    await made.server.send(encodeError(id, new ConnectorError('connector', 'Unknown Request message')), encodeStreamEnd(id, 'search', undefined, 0)[0]!);
    expect(hex(made.answers())).toEqual(hex(encodeStreamEnd(1, 'search', undefined, 0)));
  });

  it('its values are not looked at: what no decoder can read passes', async () => {
    const made = await relay();
    const id = await ask(made, 1, search);
    const broken = (under: number) => {
      const frame = Buffer.from(encodeStreamItem(under, 'search', account(1), 1));
      return frame.fill(0xff, frame.length - 8);
    };
    expect(() => (decodeResponse('search', (decodeFrame(broken(1)) as OperationResponse).response))).toThrow();
    await made.server.send(broken(id), encodeStreamEnd(id, 'search', undefined, 1)[0]!);
    expect(hex(made.answers())).toEqual(hex([broken(1), ...encodeStreamEnd(1, 'search', undefined, 1)]));
  });

  it('is listed on both sides while it is under way, so that reconciliation spares it', async () => {
    const made = await relay({ limits: { groupCheckInterval: 1_000 }, targetLimits: { groupCheckInterval: 1_000 } });
    const id = await ask(made, 77, search);
    await made.clock.advance(1_000);
    expect(made.requester.last('controlRequest').localRequestIds).toContain(77);
    expect(made.server.last('controlRequest').remoteRequestIds).toContain(id);
  });

  it('ends at the third control request that does not know it any more', async () => {
    const made = await relay({ targetLimits: { groupCheckInterval: 5_000 } });
    await ask(made, 77, search);
    for (let round = 1; round <= 4; round++) {
      await made.server.send({ kind: 'controlRequest', id: round, infoLevels: [], localRequestIds: [], remoteRequestIds: [round] });
      await made.clock.advance(5_000);
      await made.server.answerControl();
    }
    expect(made.requester.last('error')).toMatchObject({ id: 77, javaClass: expect.stringMatching(/ConnectionBrokenException$/) as string, message: expect.stringContaining('passed on to connector server legacy') as string });
  });
});

describe('a request is adapted only where the server could not take it', () => {
  const withPolicy: Operation = { ...search, options: OperationOptions.of({ [OPTION.totalPagedResultsPolicy]: 'EXACT', ATTRS_TO_GET: new IcfArray('String', ['mail']) }) } as Operation;

  it('the counting policy, which Java cannot be sent, is left out', async () => {
    const made = await relay();
    const id = await ask(made, 1, withPolicy);
    const sent = made.server.last('operationRequest');
    const decoded = decodeOperation(sent.operation) as Extract<Operation, { kind: 'search' }>;
    expect([...decoded.options.entries.keys()]).toEqual(['ATTRS_TO_GET']);
    expect(sent).toMatchObject({ id, connectorKey: KEY, facadeKey });
  });

  it('a requester of ours is not told what a Java connector says of pages nobody asked for; a Java requester is', async () => {
    const csv = { ...KEY, connectorName: 'org.forgerock.openicf.csvfile.CSVFileConnector' };
    const end = { pagedResultsCookie: 'MA==', totalPagedResultsPolicy: 'EXACT', totalPagedResults: 6, remainingPagedResults: 6 } as const;
    for (const [features, paged, expected] of [[OFFERED, false, LAST_PAGE], [OFFERED, true, { ...LAST_PAGE, pagedResultsCookie: 'MA==' }], [[], false, end]] as const) {
      const made = await relay({ requesterFeatures: features });
      const operation = paged ? { ...search, options: OperationOptions.of({ [OPTION.pageSize]: 10 }) } as Operation : search;
      await made.requester.send(encodeOperationRequest({ id: 9, connectorKey: csv, facadeKey, operation }), { kind: 'credit', id: 9, credits: 100 });
      const { id } = made.server.last('operationRequest');
      await made.server.send(encodeStreamItem(id, 'search', account(1), 1), encodeStreamEnd(id, 'search', end, 1)[0]!);
      expect(hex(made.answers().slice(-1))).toEqual(hex(encodeStreamEnd(9, 'search', expected, 1, features === OFFERED)));
    }
  });

  it('one of ours gets it as it came', async () => {
    const made = await relay({ targetFeatures: OFFERED });
    const id = await ask(made, 1, withPolicy);
    expect(hex(made.asked().slice(0, 1))).toEqual(hex([withId(id, request(1, withPolicy))]));
  });

  it('sync without a token asks a Java server for the latest one and ends with it', async () => {
    const made = await relay();
    const id = await ask(made, 9, { ...sync, token: null });
    expect(made.server.last('operationRequest').operation.kind).toBe('latestSyncToken');
    await made.server.send(encodeSingleResult(id, 'latestSyncToken', { value: 41 }));
    expect(hex(made.answers())).toEqual(hex(encodeStreamEnd(9, 'sync', { value: 41 }, 0)));
    expect(made.ended).toMatchObject([{ operation: 'sync', outcome: 'ok', count: 0 }]);
  });

  it('one of ours gets sync without a token as it came', async () => {
    const made = await relay({ targetFeatures: OFFERED });
    const start = { ...sync, token: null } as Operation;
    const id = await ask(made, 9, start);
    expect(hex(made.asked().slice(0, 1))).toEqual(hex([withId(id, request(9, start))]));
  });

  it('a request that holds no operation is refused here: a Java server might never answer it', async () => {
    const made = await relay();
    const empty = Buffer.from(encodeOperationRequest({ id: 5, connectorKey: KEY, facadeKey, operation: { kind: 'test' } }));
    await made.requester.send(empty.subarray(0, 0), encodeMessage({ kind: 'operationRequest', id: 5, connectorKey: KEY, facadeKey, locale: undefined, operationId: undefined, operation: { kind: undefined, fields: {} } }));
    expect(made.requester.last('error')).toMatchObject({ id: 5, message: 'Unknown OperationRequest' });
    expect(made.asked()).toEqual([]);
  });
});

describe('the server', () => {
  it('is not connected: a clear error that may be tried again', async () => {
    const made = await relay({ isDown: true });
    await made.requester.send(request(3, search));
    expect(made.requester.last('error')).toMatchObject({ id: 3, javaClass: expect.stringMatching(/ConnectionFailedException$/) as string, message: 'The connector server legacy is not connected.' });
    expect(made.ended).toMatchObject([{ outcome: 'failed', error: { kind: 'connectionFailed' } }]);
  });

  it('is lost in the middle of a search: what came is delivered, then the error names it', async () => {
    const made = await relay();
    const id = await ask(made, 50, search);
    await made.server.send(encodeStreamItem(id, 'search', account(1), 1));
    cut(made.towardsServer[0]!);
    await settle();
    expect(made.answers()).toHaveLength(2);
    expect(lastError(made)).toMatchObject({
      id: 50, javaClass: expect.stringMatching(/ConnectionBrokenException$/) as string, message: expect.stringMatching(/lost during the search .*passed on to connector server legacy/) as string,
    });
    expect(made.ended).toMatchObject([{ outcome: 'failed', count: 1 }]);
  });

  it('is lost in the middle of a create: after the grace, with an unknown outcome', async () => {
    const made = await relay();
    await ask(made, 50, { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('n')], options });
    cut(made.towardsServer[0]!);
    await made.clock.advance(FIXED.brokenGrace);
    expect(lastError(made)).toMatchObject({ id: 50, message: expect.stringMatching(/connector server legacy.*outcome is unknown/) as string });
  });

  it('one of several sockets is lost: the rest of the answer comes by the others', async () => {
    const made = await relay({ targetSockets: 2 });
    const id = await ask(made, 50, search);
    cut(made.towardsServer[0]!);
    await settle();
    await made.servers[1]!.send(encodeStreamItem(id, 'search', account(1), 1), encodeStreamEnd(id, 'search', LAST_PAGE, 1)[0]!);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 1 }]);
  });

  it('sends results in any order over several sockets, with repeats: each is passed on once, the end last', async () => {
    await fc.assert(fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.nat(12).chain((count) => fc.tuple(
        fc.constant(count), fc.shuffledSubarray([...Array.from({ length: count }, (_, n) => n + 1), 0], { minLength: count + 1 }), fc.array(fc.nat(count), { maxLength: 6 }),
      )),
      async (requesterSockets, targetSockets, [count, order, repeats]) => {
        const made = await relay({ requesterSockets, targetSockets });
        const id = await ask(made, 400, search);
        const frame = (n: number) => (n === 0 ? encodeStreamEnd(id, 'search', LAST_PAGE, count)[0]! : encodeStreamItem(id, 'search', account(n), n));
        for (const [at, n] of order.entries()) {
          await made.servers[at % targetSockets]!.send(frame(n));
          const again = repeats[at];
          // The last result on every socket would be the sign of a search given up, which has tests of its own.
          if (again !== undefined && again !== count && order.slice(0, at).includes(again)) await made.servers[(at + 1) % targetSockets]!.send(frame(again));
        }
        const got = hex(made.answers()).sort();
        expect(got).toEqual([...Array.from({ length: count }, (_, n) => encodeStreamItem(400, 'search', account(n + 1), n + 1)), encodeStreamEnd(400, 'search', LAST_PAGE, count)[0]!].map((bytes) => Buffer.from(bytes).toString('hex')).sort());
        expect(made.ended).toMatchObject([{ outcome: 'ok', count }]);
        expect(made.targetGroup.pending).toBe(0);
      },
    ), { numRuns: 40 });
  });

  it('fails after results that are still on another socket: they are passed on before the error', async () => {
    const made = await relay({ targetSockets: 2 });
    const id = await ask(made, 50, search);
    await made.servers[0]!.send(encodeStreamItem(id, 'search', account(1), 1), error(id));
    await made.servers[1]!.send(encodeStreamItem(id, 'search', account(2), 2));
    await made.clock.advance(2 * FIXED.errorSettle);
    expect(hex(made.answers())).toEqual(hex([encodeStreamItem(50, 'search', account(1), 1), encodeStreamItem(50, 'search', account(2), 2), error(50)]));
    expect(made.ended).toMatchObject([{ outcome: 'failed', count: 2 }]);
    expect(made.targetGroup.pending).toBe(0);
  });

  it('ends with a result missing: never reported as complete', async () => {
    const made = await relay({ targetLimits: { resendTimeout: 9_000 } });
    const id = await ask(made, 50, search);
    await made.server.send(encodeStreamItem(id, 'search', account(2), 2), encodeStreamEnd(id, 'search', LAST_PAGE, 2)[0]!);
    await made.clock.advance(9_000);
    expect(lastError(made)).toMatchObject({ id: 50, javaClass: expect.stringMatching(/ConnectionBrokenException$/) as string, message: expect.stringMatching(/lost with a connection/) as string });
    expect(made.requester.of('operationResponse').some(({ response }) => !response.fields.searchOpResponse?.connectorObject)).toBe(false);
  });

  it('answers a search with another operation: an error, and the server is told to stop', async () => {
    const made = await relay();
    const id = await ask(made, 50, search);
    await made.server.send(encodeSingleResult(id, 'create', new Uid('1')));
    expect(lastError(made)).toMatchObject({ id: 50, message: expect.stringMatching(/answered a search with a message of another operation/) as string });
    expect(made.server.of('cancel')).toMatchObject([{ id }]);
  });

  it('sends a result in a form no encoder makes: it is made anew and passed on', async () => {
    const made = await relay();
    const id = await ask(made, 50, search);
    const item = Buffer.from(encodeStreamItem(id, 'search', account(1), 1));
    const twice = Buffer.concat([item, Buffer.from([8, id])]);
    await made.server.send(twice, encodeStreamEnd(id, 'search', undefined, 1)[0]!);
    const [first] = made.requester.of('operationResponse');
    expect((decodeResponse('search', first!.response) as { item: ConnectorObject }).item.uid.value).toBe('u1');
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 1 }]);
  });

  it('sends a result larger than the requester\'s limit: an error that says so, and it is told to stop', async () => {
    const made = await relay({ limits: { maxFrameBytes: 8_000 } });
    const id = await ask(made, 50, search);
    await made.server.send(encodeStreamItem(id, 'search', account(1, 9_000), 1));
    expect(lastError(made)).toMatchObject({ id: 50, message: expect.stringMatching(/takes \d+ bytes; the session carries 8000/) as string });
    expect(made.server.of('cancel')).toMatchObject([{ id }]);
  });

  it('takes no request that large: refused before it is sent', async () => {
    const made = await relay({ targetLimits: { maxFrameBytes: 2_000 } });
    await made.requester.send(request(5, { ...search, options: OperationOptions.of({ x: 'y'.repeat(3_000) }) } as Operation));
    expect(lastError(made)).toMatchObject({ id: 5, message: expect.stringMatching(/needs a message of \d+ bytes; the limit is 2000/) as string });
    expect(made.asked()).toEqual([]);
  });

  it('a batch whose token message overtakes a result on another socket: the requester gets the result first', async () => {
    const made = await relay({ targetSockets: 2, requesterFeatures: OFFERED });
    const uids = ['1', '2', '3'].map((uid) => ({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid(uid), options }) as const);
    const id = await ask(made, 50, { kind: 'batch', tasks: uids, options });
    const [token, end] = encodeStreamEnd(id, 'batch', { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true }, 3);
    const result = (task: number) => encodeStreamItem(id, 'batch', { task, ...(task === 2 ? { last: true } : {}) }, task + 1);
    await made.servers[0]!.send(result(0), result(2), token!, end!, token!, end!);
    expect(made.ended).toHaveLength(0);
    await made.servers[1]!.send(result(1));
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 3 }]);
    expect(hex(made.answers())).toEqual(hex([result(0), result(2), result(1), token!, end!].map((frame) => withId(50, frame))));
  });

  it('a batch without its token message ends some seconds after its last result', async () => {
    const made = await relay({ targetSockets: 2 });
    const id = await ask(made, 50, { kind: 'queryBatch', tokens: ['t'], options });
    await made.server.send(encodeStreamItem(id, 'queryBatch', { task: 0 }, 1), ...encodeStreamEnd(id, 'queryBatch', { tokens: [], queryRequired: false, asynchronousResults: false, returnsResults: true }, 1));
    expect(made.ended).toHaveLength(0);
    await made.clock.advance(FIXED.batchQuiet);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 1 }]);
    expect(made.answers()).toHaveLength(3);
  });

  it('is told nothing of a requester\'s error after the end, and errors of several requests are kept apart', async () => {
    const made = await relay();
    const first = await ask(made, 10, search);
    const second = await ask(made, 20, search);
    await made.server.send(error(second), encodeStreamEnd(first, 'search', undefined, 0)[0]!);
    expect(hex(made.answers())).toEqual(hex([error(20), ...encodeStreamEnd(10, 'search', undefined, 0)]));
  });
});

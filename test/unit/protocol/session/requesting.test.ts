import { describe, expect, it } from 'vitest';
import { decodeOperation, encodeSingleResult, encodeStreamEnd, encodeStreamItem, encodeAcknowledgement, facadeKeyOf } from '../../../../protocol/codec/index.js';
import {
  ConnectorError, LAST_PAGE, Locale, OperationOptions, Uid, type ApiOperation, type Operation, type StreamOperation,
} from '../../../../protocol/model/index.js';
import { PROTOCOL_ERRORS } from '../../../../protocol/message.js';
import { KEY, account, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, diallerToJava, never } from '../../../support/peers.js';
import { vector } from '../../../support/raw-peer.js';
import { cut } from '../../../support/socket-pair.js';

const options = OperationOptions.none;
const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
const sync = { kind: 'sync', objectClass: '__ACCOUNT__', token: null, options } as const;
const errorFrame = (id: number, message: string) =>
  ({ kind: 'error', id, javaClass: 'org.identityconnectors.framework.common.exceptions.ConnectorException', message, causes: [], stackTrace: '' } as const);

/** A controller towards a Java agent by hand. */
async function controller(sockets = 1, timeouts: readonly (readonly [ApiOperation, number])[] = [], options_: Parameters<typeof diallerToJava>[1] = {}) {
  const made = await diallerToJava(sockets, options_);
  const facade = made.group.facade(KEY, facadeKeyOf(configuration(timeouts)));
  const asked = () => made.raw.flatMap((java) => java.of('operationRequest'));
  const cancels = () => made.raw.flatMap((java) => java.of('cancel')).map(({ id }) => id);
  /** Starts a stream and collects it; `outcome` settles with it. */
  const run = async <O extends StreamOperation>(operation: O, signal = never) => {
    const outcome = collect(facade.stream(operation, { signal }));
    outcome.catch(() => undefined);
    await settle();
    return { outcome, id: asked().at(-1)!.id };
  };
  return { ...made, facade, asked, cancels, run };
}
const item = (id: number, n: number) => encodeStreamItem(id, 'search', account(n), n);
const end = (id: number, count: number) => encodeStreamEnd(id, 'search', LAST_PAGE, count)[0]!;

describe('asking a Java agent for one answer', () => {
  it('sends what a Java controller sends and decodes the answer', async () => {
    const { facade, java, asked, group } = await controller();
    const creating = facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never, locale: new Locale('en'), operationId: 'op-1' });
    await settle();
    const request = asked()[0]!;
    expect(request).toMatchObject({ connectorKey: KEY, facadeKey: facadeKeyOf(configuration()), locale: { language: 'en' }, operationId: undefined });
    expect(decodeOperation(request.operation)).toMatchObject({ kind: 'create', objectClass: '__ACCOUNT__' });
    await java.send(encodeSingleResult(request.id, 'create', new Uid('1', '2')));
    await expect(creating).resolves.toMatchObject({ value: '1', revision: '2' });
    expect(group.pending).toBe(0);
  });

  it('every answer missing: the configured time passes, OperationTimeoutException, and hazard 15: a cancel after the request', async () => {
    const { facade, java, clock, cancels } = await controller(1, [['CreateApiOp', 30_000]]);
    const creating = facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never });
    creating.catch(() => undefined);
    await clock.advance(29_999);
    expect(cancels()).toEqual([]);
    await clock.advance(1);
    await expect(creating).rejects.toMatchObject({ kind: 'operationTimeout', message: expect.stringMatching(/create of __ACCOUNT__ by c\.C .* 30000 ms/) as string });
    expect(java.messages.slice(-2).map(({ kind }) => kind)).toEqual(['operationRequest', 'cancel']);
    expect(cancels()).toEqual([java.last('operationRequest').id]);
  });

  it('a time of -1 is no limit', async () => {
    const { facade, clock, java, asked } = await controller(1, [['TestApiOp', -1]]);
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    await clock.advance(50_000);
    await java.send(encodeSingleResult(asked()[0]!.id, 'test', undefined));
    await expect(testing).resolves.toBeUndefined();
  });

  it('a caller that gives up gets a ConnectorError at once and the agent a cancel', async () => {
    const { facade, cancels, group } = await controller();
    const caller = new AbortController();
    const testing = facade.perform({ kind: 'test' }, { signal: caller.signal });
    testing.catch(() => undefined);
    await settle();
    caller.abort(new Error('user closed the page'));
    await expect(testing).rejects.toBeInstanceOf(ConnectorError);
    await settle();
    expect(cancels()).toHaveLength(1);
    expect(group.pending).toBe(0);
  });

  it('a caller that gave up before sends nothing', async () => {
    const { facade, asked } = await controller();
    await expect(facade.perform({ kind: 'test' }, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(ConnectorError);
    await expect(facade.stream(search, { signal: AbortSignal.abort() }).next()).rejects.toBeInstanceOf(ConnectorError);
    await settle();
    expect(asked()).toEqual([]);
  });

  it('an error becomes a ConnectorError by its class; a class of another world is kept as it came', async () => {
    const { facade, java, asked } = await controller();
    const first = facade.perform({ kind: 'test' }, { signal: never });
    const second = facade.perform({ kind: 'test' }, { signal: never });
    first.catch(() => undefined);
    second.catch(() => undefined);
    await settle();
    const [one, two] = asked().map(({ id }) => id);
    await java.send({ ...errorFrame(one!, 'no'), javaClass: 'org.identityconnectors.framework.common.exceptions.UNKNOWNUIDEXCEPTION' });
    await java.send({ ...errorFrame(two!, 'no'), javaClass: 'System.ArgumentException' });
    await expect(first).rejects.toMatchObject({ kind: 'unknownUid', message: 'no' });
    await expect(second).rejects.toMatchObject({ kind: 'connector', remoteClass: 'System.ArgumentException' });
  });

  it('hazard 18: an error that answers none of our requests fails none, although its id is in use', async () => {
    const { facade, java, asked } = await controller();
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    await settle();
    const { id } = asked()[0]!;
    for (const text of [PROTOCOL_ERRORS.responseBeforeHandshake, PROTOCOL_ERRORS.unknownMessage, PROTOCOL_ERRORS.unknownRequest]) await java.send(errorFrame(id, text));
    await java.send(encodeSingleResult(id, 'test', undefined));
    await expect(testing).resolves.toBeUndefined();
  });

  it('hazard 02: an operation refused "before handshake" was not read and is sent again; refused for ever it fails as retryable', async () => {
    const { facade, java, asked, clock } = await controller();
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    await settle();
    await java.send(errorFrame(asked()[0]!.id, PROTOCOL_ERRORS.requestBeforeHandshake));
    await clock.advance(500);
    expect(asked().map(({ id }) => id)).toEqual([asked()[0]!.id, asked()[0]!.id]);
    await java.send(encodeSingleResult(asked()[0]!.id, 'test', undefined));
    await expect(testing).resolves.toBeUndefined();

    const refused = facade.perform({ kind: 'test' }, { signal: never });
    refused.catch(() => undefined);
    await settle();
    const { id } = asked().at(-1)!;
    for (let attempt = 0; attempt < 6; attempt++) {
      await java.send(errorFrame(id, PROTOCOL_ERRORS.requestBeforeHandshake));
      await clock.advance(20_000);
    }
    await expect(refused).rejects.toMatchObject({ kind: 'connectionFailed', retryable: true });
  });

  it('the answer of another operation fails the request; an answer nobody waits for is ignored', async () => {
    const { facade, java, asked, log } = await controller();
    await java.send(encodeSingleResult(999, 'test', undefined), vector('V25'));
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    testing.catch(() => undefined);
    await settle();
    await java.send(encodeSingleResult(asked()[0]!.id, 'schema', null));
    await expect(testing).rejects.toBeInstanceOf(ConnectorError);
    expect(log.at('error')).toEqual([]);
  });

  it('an operation the configuration does not support is refused here, without a message', async () => {
    const { group, asked } = await controller();
    const facade = group.facade(KEY, facadeKeyOf({ ...configuration(), supportedOperations: new Set(['SearchApiOp']) }));
    await expect(facade.perform({ kind: 'test' }, { signal: never })).rejects.toMatchObject({ kind: 'unsupportedOperation' });
    expect(facade.supportedOperations.has('SearchApiOp')).toBe(true);
    expect(asked()).toEqual([]);
  });

  it('a facade key that is none is refused when the facade is made', async () => {
    const { group } = await controller();
    expect(() => group.facade(KEY, 'not base64!')).toThrow(ConnectorError);
  });

  it('a request larger than a frame may be is refused with its size, and the socket lives', async () => {
    const { facade, group, asked } = await controller(1, [], { limits: { maxFrameBytes: 100 } });
    await expect(facade.perform({ kind: 'test' }, { signal: never })).rejects.toMatchObject({ kind: 'illegalArgument', message: expect.stringContaining('maxFrameBytes') as string });
    expect(asked()).toEqual([]);
    expect(group.isOperational).toBe(true);
  });

  it('requests go by the sockets in turn, with ids that never repeat', async () => {
    const { facade, raw, asked } = await controller(2);
    for (let count = 0; count < 6; count++) facade.perform({ kind: 'test' }, { signal: never }).catch(() => undefined);
    await settle();
    expect(raw.map((java) => java.of('operationRequest').length)).toEqual([3, 3]);
    expect(new Set(asked().map(({ id }) => id)).size).toBe(6);
  });

  it('a configuration change is told and heard', async () => {
    const { java, events, group } = await controller();
    await java.send(vector('V39'));
    expect(events.at(-1)).toBe('changed: host');
    await group.announceConfigurationChange('FADE', []);
    await settle();
    expect(java.last('configurationChange')).toMatchObject({ id: 0, facadeKey: 'FADE' });
  });
});

describe('asking a Java agent for a stream', () => {
  it('hazard 13: orders by sequence number over two sockets, drops repeats, and ends when all have come', async () => {
    const { run, raw: [one, two], group } = await controller(2);
    const { outcome, id } = await run(search);
    await two!.send(item(id, 2), item(id, 4));
    await one!.send(end(id, 4));
    await two!.send(item(id, 2));
    await one!.send(item(id, 3), item(id, 1), item(id, 1));
    const { items, end: result } = await outcome;
    expect(items.map(({ uid }) => uid.value)).toEqual(['u1', 'u2', 'u3', 'u4']);
    expect(result).toEqual(LAST_PAGE);
    expect(group.pending).toBe(0);
  });

  it('hazard 13: a gap is never reported as a complete answer; it fails at the time between messages', async () => {
    const { run, java, clock, cancels } = await controller(1, [['SearchApiOp', 10_000]]);
    const { outcome, id } = await run(search);
    await java.send(item(id, 1), item(id, 3), end(id, 3));
    await clock.advance(10_000);
    await expect(outcome).rejects.toMatchObject({ kind: 'operationTimeout', message: expect.stringContaining('result 2 is missing, 3 is the highest received, the end message announced 3') as string });
    expect(cancels()).toEqual([id]);
  });

  it('hazard 13: without any timeout a lost result still fails the search in the end', async () => {
    const { run, java, clock } = await controller(1, [['SearchApiOp', -1]]);
    const { outcome, id } = await run(search);
    await java.send(item(id, 2));
    await clock.advance(60_000);
    await expect(outcome).rejects.toMatchObject({ kind: 'connectionBroken' });
  });

  it('hazard 13: a last result that came by every socket before the end is the sign of a search that was given up', async () => {
    const { run, raw: [one, two] } = await controller(2);
    const { outcome, id } = await run(search);
    await one!.send(item(id, 1), item(id, 3));
    await two!.send(item(id, 2), item(id, 3), end(id, 3));
    await expect(outcome).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringContaining('probably incomplete') as string });
  });

  it('hazard 13: the other copy of the last result may come a little later than the end; without it all is well', async () => {
    for (const isGivenUp of [true, false]) {
      const { run, raw: [one, two], clock } = await controller(2);
      const { outcome, id } = await run(search);
      await two!.send(...Array.from({ length: 120 }, (_, index) => item(id, index + 1)), end(id, 120));
      if (isGivenUp) await one!.send(item(id, 120));
      await settle();
      await clock.advance(500);
      if (isGivenUp) await expect(outcome).rejects.toMatchObject({ kind: 'connectorIo' });
      else expect((await outcome).items).toHaveLength(120);
    }
  });

  it('hazard 13: a process that was too busy to read does not take the answer of a Java agent for complete', async () => {
    const { run, java, cancels } = await controller();
    const { outcome, id } = await run(search);
    await java.send(item(id, 1));
    const until = performance.now() + 800;
    while (performance.now() < until); // nothing else runs meanwhile
    await java.send(item(id, 2), end(id, 2));
    await expect(outcome).rejects.toMatchObject({ kind: 'connectorIo', message: expect.stringMatching(/may be incomplete.*too busy to read for \d{3,4} ms.*Run it again/) as string });
    expect(cancels()).toEqual([]);
  });

  it('hazard 19: a search that is never answered ends at its timeout; 0 means a minute', async () => {
    for (const [configured, wait] of [[5_000, 5_000], [0, 60_000]] as const) {
      const { run, clock, group } = await controller(1, [['SearchApiOp', configured]]);
      const { outcome } = await run(search);
      await clock.advance(wait - 1);
      expect(group.pending).toBe(1);
      await clock.advance(1);
      await expect(outcome).rejects.toMatchObject({ kind: 'operationTimeout' });
      expect(group.pending).toBeLessThanOrEqual(1);
    }
  });

  it('an error after some results: the results, then the error', async () => {
    const { facade, java, asked } = await controller();
    const results = facade.stream(search, { signal: never });
    const first = results.next();
    await settle();
    const { id } = asked()[0]!;
    await java.send(item(id, 1), item(id, 2), errorFrame(id, 'disk full'));
    expect((await first).value).toMatchObject({ uid: { value: 'u1' } });
    expect((await results.next()).value).toMatchObject({ uid: { value: 'u2' } });
    await expect(results.next()).rejects.toThrow('disk full');
  });

  it('an object that cannot be decoded fails the whole search and cancels it', async () => {
    const { run, java, cancels } = await controller();
    const { outcome, id } = await run(search);
    const broken = Buffer.from(item(id, 1));
    broken[broken.length - 1] = 0xee;
    await java.send(broken);
    await expect(outcome).rejects.toBeInstanceOf(ConnectorError);
    await settle();
    expect(cancels()).toEqual([id]);
  });

  it('hazard 15: leaving early sends one cancel, after the request and on its socket, and forgets the rest', async () => {
    const { facade, raw, cancels, asked, group } = await controller(2);
    const results = facade.stream(search, { signal: never });
    const first = results.next();
    await settle();
    const { id } = asked()[0]!;
    const carrier = raw.find((java) => java.of('operationRequest').length > 0)!;
    await carrier.send(item(id, 1));
    await first;
    await results.return(undefined);
    await settle();
    expect(cancels()).toEqual([id]);
    expect(carrier.of('cancel')).toHaveLength(1);
    await carrier.send(item(id, 2), end(id, 2));
    expect(group.pending).toBe(0);
  });

  it('hazard 15: the cancel of a request that is still being written goes out behind it', async () => {
    const { facade, java } = await controller();
    java.socket.in.stall();
    const caller = new AbortController();
    const next = facade.stream(search, { signal: caller.signal }).next();
    next.catch(() => undefined);
    await settle();
    caller.abort();
    await expect(next).rejects.toBeInstanceOf(ConnectorError);
    java.socket.in.flow();
    await settle();
    expect(java.messages.slice(-2).map(({ kind }) => kind)).toEqual(['operationRequest', 'cancel']);
  });

  it('a caller\'s signal ends the stream at once, even while its consumer does something else', async () => {
    const { facade, java, asked, cancels } = await controller();
    const caller = new AbortController();
    const results = facade.stream(search, { signal: caller.signal });
    const first = results.next();
    await settle();
    await java.send(item(asked()[0]!.id, 1));
    await first;
    caller.abort();
    await settle();
    expect(cancels()).toHaveLength(1);
    await expect(results.next()).rejects.toBeInstanceOf(ConnectorError);
  });

  it('a consumer too slow for a peer without credits fails with a clear error, and the memory is freed', async () => {
    const { facade, java, asked, cancels, group } = await controller(1, [], { limits: { maxBufferedBytes: 20_000 } });
    const results = facade.stream(search, { signal: never });
    const first = results.next();
    await settle();
    const { id } = asked()[0]!;
    for (let n = 1; n <= 100; n++) await java.send(encodeStreamItem(id, 'search', account(n, 1_000), n));
    await first;
    await expect(results.next()).rejects.toMatchObject({ message: expect.stringContaining('maxBufferedBytes') as string });
    expect(cancels()).toEqual([id]);
    expect(group.pending).toBe(0);
    expect(java.of('credit')).toEqual([]);
  });

  it('sync: deltas and the token to keep', async () => {
    const { run, java } = await controller();
    const { outcome, id } = await run({ ...sync, token: { value: 5 } });
    const delta = { kind: 'DELETE', token: { value: 6 }, uid: new Uid('1'), objectClass: '__ACCOUNT__' } as const;
    await java.send(encodeStreamItem(id, 'sync', delta, 1), ...encodeStreamEnd(id, 'sync', { value: 6 }, 1));
    expect(await outcome).toMatchObject({ items: [{ kind: 'DELETE' }], end: { value: 6 } });
  });

  it('hazard 14: sync without a token asks a Java agent for the latest token instead', async () => {
    const { facade, java, asked } = await controller();
    const outcome = collect(facade.stream(sync, { signal: never }));
    await settle();
    expect(asked().map(({ operation }) => operation.kind)).toEqual(['latestSyncToken']);
    await java.send(encodeSingleResult(asked()[0]!.id, 'latestSyncToken', { value: 9 }));
    expect(await outcome).toEqual({ items: [], end: { value: 9 } });
  });

  it('subscription: the acknowledgement is no event; events in order; completed ends it; no timeout applies', async () => {
    const { run, java, clock } = await controller(1, [['ConnectorEventSubscriptionApiOp', 1_000]]);
    const { outcome, id } = await run({ ...search, kind: 'subscribeToObjects' });
    await java.send(encodeAcknowledgement(id, 'subscribeToObjects'));
    await clock.advance(50_000);
    await java.send(encodeStreamItem(id, 'subscribeToObjects', account(1), 0), encodeStreamItem(id, 'subscribeToObjects', account(2), 0));
    await java.send(...encodeStreamEnd(id, 'subscribeToObjects', undefined, 2));
    expect((await outcome).items.map(({ uid }) => uid.value)).toEqual(['u1', 'u2']);
  });
});

describe('asking a Java agent for a batch', () => {
  const remove = (uid: string) => ({ kind: 'delete', objectClass: '__ACCOUNT__', uid: new Uid(uid), options } as const);
  const batch: Extract<Operation, { kind: 'batch' }> = { kind: 'batch', tasks: [remove('1'), remove('2')], options };
  const done = { tokens: ['t'], queryRequired: false, asynchronousResults: false, returnsResults: true };
  const result = (id: number, task: number) => encodeStreamItem(id, 'batch', { task }, 0);

  it('results, token and end in any order over two sockets; a repeated result counts once', async () => {
    const { run, raw: [one, two], clock } = await controller(2);
    const { outcome, id } = await run(batch);
    const [token, marker] = encodeStreamEnd(id, 'batch', done, 0);
    await two!.send(marker!, result(id, 1));
    await one!.send(token!, result(id, 1));
    await clock.advance(4_000);
    await one!.send(result(id, 0));
    expect(await outcome).toEqual({ items: [{ task: 1 }, { task: 0 }], end: done });
  });

  it('is over five seconds after its last message when a result stays away, as after failOnError', async () => {
    const { run, java, clock } = await controller(2);
    const { outcome, id } = await run(batch);
    const [token, marker] = encodeStreamEnd(id, 'batch', done, 0);
    await java.send(result(id, 0), token!, marker!);
    let over = false;
    outcome.then(() => { over = true; }, () => undefined);
    await clock.advance(4_999);
    expect(over).toBe(false);
    await clock.advance(1);
    expect((await outcome).items).toEqual([{ task: 0 }]);
  });

  it('fails when no token message comes within five seconds of the end', async () => {
    const { run, java, clock } = await controller();
    const { outcome, id } = await run(batch);
    await java.send(result(id, 0), result(id, 1), encodeStreamEnd(id, 'batch', done, 0)[1]!);
    await clock.advance(5_000);
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('token message') as string });
  });

  it('results that must be queried end the batch at once', async () => {
    const { run, java } = await controller(2);
    const { outcome, id } = await run(batch);
    await java.send(...encodeStreamEnd(id, 'batch', { ...done, queryRequired: true }, 0));
    expect(await outcome).toEqual({ items: [], end: { ...done, queryRequired: true } });
  });

  it('the result of a task that was never sent fails the batch', async () => {
    const { run, java } = await controller();
    const { outcome, id } = await run(batch);
    await java.send(result(id, 7));
    await expect(outcome).rejects.toMatchObject({ message: expect.stringContaining('task 7 of a batch of 2') as string });
  });
});

describe('losing a Java agent', () => {
  it('hazard 16: streams fail at once when the last socket closes, for a Java agent cuts them short and later calls them complete', async () => {
    const { run, raw, group } = await controller(2);
    const { outcome, id } = await run(search);
    await raw[0]!.send(item(id, 1));
    cut(raw[0]!.socket);
    await settle();
    expect(group.isOperational).toBe(true);
    cut(raw[1]!.socket);
    await expect(outcome).rejects.toMatchObject({ kind: 'connectionBroken', retryable: true });
  });

  it('hazard 16: single answers are waited for a little longer, then fail', async () => {
    const { facade, java, clock, events } = await controller();
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    testing.catch(() => undefined);
    await settle();
    cut(java.socket);
    await clock.advance(14_999);
    let failed = false;
    testing.catch(() => { failed = true; });
    await settle();
    expect(failed).toBe(false);
    await clock.advance(1);
    await expect(testing).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('outcome is unknown') as string });
    expect(events.at(-1)).toBe('down');
  });

  it('a request without any socket waits a little for one, then fails as retryable, having sent nothing', async () => {
    const { facade, java, clock } = await controller();
    cut(java.socket);
    await settle();
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    testing.catch(() => undefined);
    await clock.advance(15_000);
    await expect(testing).rejects.toMatchObject({ kind: 'connectionFailed', retryable: true });
  });

  it('a write that broke midway is not sent twice, a read is', async () => {
    const { facade, raw, clock } = await controller(2);
    const order = [...raw];
    const first = facade.perform({ kind: 'test' }, { signal: never });
    first.catch(() => undefined);
    await settle();
    const next = order.find((java) => java.of('operationRequest').length === 0)!;
    const other = order.find((java) => java !== next)!;
    next.socket.in.stall();
    const creating = facade.perform({ kind: 'create', objectClass: '__ACCOUNT__', attributes: [], options }, { signal: never });
    creating.catch(() => undefined);
    await settle();
    cut(next.socket);
    await expect(creating).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('unknown') as string });
    await clock.advance(1_000);
    expect(other.of('operationRequest').map(({ operation }) => operation.kind)).toEqual(['test']);
  });

  it('closing the peer fails everything at once', async () => {
    const { facade, run, peer, clock } = await controller();
    const testing = facade.perform({ kind: 'test' }, { signal: never });
    testing.catch(() => undefined);
    const { outcome } = await run(search);
    await peer.close('leaving');
    await expect(testing).rejects.toMatchObject({ kind: 'connectionBroken', message: expect.stringContaining('leaving') as string });
    await expect(outcome).rejects.toMatchObject({ kind: 'connectionBroken' });
    await expect(facade.perform({ kind: 'test' }, { signal: never })).rejects.toMatchObject({ kind: 'connectionFailed' });
    await settle();
    expect(clock.sleeping).toBe(0);
  });
});

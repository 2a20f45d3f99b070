import { describe, expect, it } from 'vitest';
import { encodeSingleResult, encodeStreamEnd, encodeStreamItem, encodeAcknowledgement } from '../../../../protocol/codec/index.js';
import { ConnectorError, LAST_PAGE, Uid, type Operation } from '../../../../protocol/model/index.js';
import { account } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, never } from '../../../support/peers.js';
import { options, search, sync, errorFrame, controller, item, end } from '../../../support/requester.js';

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

  it('subscription: its caller is told when it has begun, once, also by an event that overtakes the acknowledgement', async () => {
    for (const overtaken of [false, true]) {
      let begun = 0;
      const { facade, java } = await controller();
      const events = facade.stream({ ...search, kind: 'subscribeToObjects' }, { signal: new AbortController().signal, onSubscribed: () => { begun++; } });
      const first = events.next();
      await settle();
      expect(begun).toBe(0);
      const { id } = java.last('operationRequest');
      const frames = [encodeAcknowledgement(id, 'subscribeToObjects'), encodeStreamItem(id, 'subscribeToObjects', account(1), 0)];
      await java.send(...(overtaken ? frames.reverse() : frames));
      expect(begun).toBe(1);
      expect((await first).value?.uid.value).toBe('u1');
      await events.return(undefined);
    }
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

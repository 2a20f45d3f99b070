import { describe, expect, it } from 'vitest';
import { LAST_PAGE, Name, Uid } from '../../../../protocol/model/index.js';
import { encodeAcknowledgement, encodeSingleResult, encodeStreamEnd, encodeStreamItem } from '../../../../protocol/codec/index.js';
import { decodeFrame } from '../../../../protocol/frame.js';
import { OFFERED } from '../../../../protocol/session/features.js';
import { account } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { ask, hex, options, relay, request, search } from '../../../support/relay.js';
import { cut } from '../../../support/socket-pair.js';

describe('the requester', () => {
  it('cancels: the server is told under its own id, and its end message still comes back', async () => {
    const made = await relay();
    const id = await ask(made, 50, search);
    await made.server.send(encodeStreamItem(id, 'search', account(1), 1));
    await made.requester.send({ kind: 'cancel', id: 50 });
    expect(made.server.of('cancel')).toMatchObject([{ id }]);
    await made.server.send(encodeStreamEnd(id, 'search', undefined, 1)[0]!);
    expect(hex(made.answers())).toEqual(hex([encodeStreamItem(50, 'search', account(1), 1), ...encodeStreamEnd(50, 'search', undefined, 1)]));
    expect(made.ended).toMatchObject([{ outcome: 'left', count: 1 }]);
    expect(made.server.of('cancel')).toHaveLength(1);
  });

  it('cancels while the request is still being written: the cancel goes out behind it', async () => {
    const made = await relay();
    made.towardsServer[0]!.out.stall();
    await made.requester.send(request(50, search), { kind: 'cancel', id: 50 });
    made.towardsServer[0]!.out.flow();
    await settle();
    expect(made.asked().map((frame) => decodeFrame(frame).kind)).toEqual(['operationRequest', 'cancel']);
  });

  it('cancels a write: what became of it is still answered', async () => {
    const made = await relay();
    const id = await ask(made, 50, { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('n')], options });
    await made.requester.send({ kind: 'cancel', id: 50 });
    await made.server.send(encodeSingleResult(id, 'create', new Uid('1')));
    expect(hex(made.answers())).toEqual(hex([encodeSingleResult(50, 'create', new Uid('1'))]));
  });

  it('cancels a subscription: there is no answer, and the server is told', async () => {
    const made = await relay();
    const id = await ask(made, 50, { kind: 'subscribeToObjects', objectClass: '__ACCOUNT__', filter: undefined, options });
    await made.server.send(encodeAcknowledgement(id, 'subscribeToObjects'));
    await made.requester.send({ kind: 'cancel', id: 50 });
    expect(made.server.of('cancel').map((cancel) => cancel.id)).toContain(id);
    expect(made.answers()).toHaveLength(1);
    expect(made.ended).toMatchObject([{ outcome: 'left' }]);
  });

  it('goes away for good: the server is told to stop', async () => {
    const made = await relay({ limits: { resendTimeout: 20_000 } });
    const id = await ask(made, 50, search);
    for (const socket of made.towardsRequester) cut(socket);
    await made.clock.advance(20_000);
    expect(made.server.of('cancel')).toMatchObject([{ id }]);
    expect(made.ended).toMatchObject([{ outcome: 'left' }]);
    expect(made.targetGroup.pending).toBe(0);
  });

  it('reads slowly: what waits is bounded, then the server is told to stop and the requester why', async () => {
    const made = await relay({ maxBufferedBytes: 100_000 });
    const id = await ask(made, 50, search);
    made.towardsRequester[0]!.out.stall();
    let sent = 0;
    for (; made.server.of('cancel').length === 0 && sent < 1_000; sent++) await made.server.send(encodeStreamItem(id, 'search', account(sent + 1, 1_000), sent + 1));
    expect(sent).toBeLessThan(100_000 / 1_000 + 2);
    made.towardsRequester[0]!.out.flow();
    await settle();
    expect(made.requester.last('error')).toMatchObject({
      id: 50, javaClass: expect.stringMatching(/ConnectorIOException$/) as string,
      message: expect.stringMatching(/connector server legacy arrive faster than they are read: \d+ have come and \d+ bytes.*100000.*Ask in pages/) as string,
    });
    expect(made.requester.of('operationResponse').every(({ response }) => response.fields.searchOpResponse?.connectorObject)).toBe(true);
    await made.server.send(encodeStreamItem(id, 'search', account(1), sent + 1), encodeStreamEnd(id, 'search', undefined, sent + 1)[0]!);
    expect(made.requester.messages.at(-1)!.kind).toBe('error');
    expect(made.ended).toMatchObject([{ outcome: 'failed' }]);
  });

  it('reads in bursts: everything arrives, in order and once', async () => {
    const made = await relay();
    const id = await ask(made, 50, search);
    const total = 3_000;
    for (let n = 1; n <= total; n++) {
      if (n % 700 === 0) made.towardsRequester[0]!.out.stall();
      if (n % 700 === 600) made.towardsRequester[0]!.out.flow();
      made.server.socket.send(encodeStreamItem(id, 'search', account(n), n)).catch(() => undefined);
      if (n % 50 === 0) await settle();
    }
    await made.server.send(encodeStreamEnd(id, 'search', LAST_PAGE, total)[0]!);
    made.towardsRequester[0]!.out.flow();
    await settle();
    const sequences = made.requester.of('operationResponse').map(({ response }) => response.fields.searchOpResponse?.sequence);
    expect(sequences).toEqual([...Array.from({ length: total }, (_, n) => n + 1), total]);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: total }]);
  });

  it('gets results that come one by one together, and those before the end at once', async () => {
    const made = await relay({ gatherTime: 60_000 });
    const id = await ask(made, 50, search);
    for (const n of [1, 2, 3]) await made.server.send(encodeStreamItem(id, 'search', account(n), n));
    expect(made.answers()).toEqual([]);
    await made.server.send(encodeStreamEnd(id, 'search', LAST_PAGE, 3)[0]!);
    expect(hex(made.answers())).toEqual(hex([...[1, 2, 3].map((n) => encodeStreamItem(50, 'search', account(n), n)), ...encodeStreamEnd(50, 'search', LAST_PAGE, 3)]));
  });

  it('knows credits, the server does not: results wait for credits, and the end for the results', async () => {
    const made = await relay({ requesterFeatures: ['credits'] });
    const id = await ask(made, 50, search);
    await made.requester.send({ kind: 'credit', id: 50, credits: 2 });
    for (const n of [3, 1, 5, 2, 4]) await made.server.send(encodeStreamItem(id, 'search', account(n), n));
    await made.server.send(encodeStreamEnd(id, 'search', LAST_PAGE, 5)[0]!);
    const sequences = () => made.requester.of('operationResponse').map(({ response }) => response.fields.searchOpResponse?.sequence);
    expect(sequences()).toEqual([1, 2]);
    await made.requester.send({ kind: 'credit', id: 50, credits: 4 });
    expect(sequences()).toEqual([1, 2, 3, 4]);
    await made.requester.send({ kind: 'credit', id: 50, credits: 4 }, { kind: 'credit', id: 50, credits: 100 });
    expect(sequences()).toEqual([1, 2, 3, 4, 5, 5]);
    expect(made.server.of('credit')).toEqual([]);
    expect(made.ended).toMatchObject([{ outcome: 'ok', count: 5 }]);
  });

  it('knows credits and cancels: what waits for them is dropped and the end still comes', async () => {
    const made = await relay({ requesterFeatures: ['credits'] });
    const id = await ask(made, 50, search);
    for (const n of [1, 2, 3]) await made.server.send(encodeStreamItem(id, 'search', account(n), n));
    await made.requester.send({ kind: 'cancel', id: 50 });
    await made.server.send(encodeStreamItem(id, 'search', account(4), 4), encodeStreamEnd(id, 'search', undefined, 4)[0]!);
    expect(hex(made.answers())).toEqual(hex(encodeStreamEnd(50, 'search', undefined, 4)));
    expect(made.ended).toMatchObject([{ outcome: 'left' }]);
  });

  it('knows credits and never gives any: what waits is bounded all the same', async () => {
    const made = await relay({ requesterFeatures: ['credits'], maxBufferedBytes: 20_000 });
    const id = await ask(made, 50, search);
    for (let n = 1; n <= 40; n++) await made.server.send(encodeStreamItem(id, 'search', account(n, 1_000), n));
    expect(made.server.of('cancel')).toMatchObject([{ id }]);
    expect(made.requester.last('error').message).toMatch(/faster than they are read/);
  });

  it('knows no credits, the server does: it is let ahead only as far as results have left', async () => {
    const made = await relay({ targetFeatures: OFFERED, limits: { creditWindow: 20 } });
    const id = await ask(made, 50, search);
    const granted = () => made.server.of('credit').at(-1)?.credits ?? 0;
    expect(granted()).toBeGreaterThan(0);
    made.towardsRequester[0]!.out.stall();
    let n = 0;
    while (n < granted()) await made.server.send(encodeStreamItem(id, 'search', account(n), ++n));
    expect(n).toBeLessThanOrEqual(20);
    made.towardsRequester[0]!.out.flow();
    await settle();
    expect(granted()).toBeGreaterThan(n);
  });

  it('and the server both know credits: the server gets no more than both allow', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: OFFERED });
    await ask(made, 50, search);
    const granted = () => made.server.of('credit').at(-1)?.credits ?? 0;
    expect(granted()).toBe(0);
    await made.requester.send({ kind: 'credit', id: 50, credits: 3 });
    expect(granted()).toBe(3);
    await made.requester.send({ kind: 'credit', id: 50, credits: 100_000 });
    expect(granted()).toBeGreaterThan(3);
    expect(granted()).toBeLessThan(257);
  });

  it('a credit that was lost with a socket is given again', async () => {
    const made = await relay({ targetFeatures: OFFERED, targetLimits: { heartbeatInterval: 1_000 }, limits: { heartbeatInterval: 1_000 } });
    await ask(made, 50, search);
    const before = made.server.of('credit').length;
    await made.clock.advance(1_500);
    expect(made.server.of('credit').length).toBeGreaterThan(before);
  });

  it('has the id of a request it cancelled before it came: nothing is passed on', async () => {
    const made = await relay();
    await made.requester.send({ kind: 'cancel', id: 50 }, request(50, search));
    expect(made.asked()).toEqual([]);
  });
});

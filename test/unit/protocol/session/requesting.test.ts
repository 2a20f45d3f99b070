import { describe, expect, it } from 'vitest';
import { decodeOperation, encodeSingleResult, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, Locale, Uid } from '../../../../protocol/model/index.js';
import { PROTOCOL_ERRORS } from '../../../../protocol/message.js';
import { KEY, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { never } from '../../../support/peers.js';
import { vector } from '../../../support/raw-peer.js';
import { options, search, errorFrame, controller, item } from '../../../support/requester.js';
import { cut } from '../../../support/socket-pair.js';

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

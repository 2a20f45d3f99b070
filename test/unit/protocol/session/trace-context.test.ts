import { describe, expect, it } from 'vitest';
import { encodeOperationRequest, facadeKeyOf } from '../../../../protocol/codec/index.js';
import { ConnectorError, Name, OperationOptions, type Operation } from '../../../../protocol/model/index.js';
import { OFFERED, TRACE_CONTEXT } from '../../../../protocol/session/features.js';
import { FakeSpan } from '../../../support/fake-span.js';
import { KEY, configuration } from '../../../support/fake-facade.js';
import { settle } from '../../../support/fake-clock.js';
import { collect, joinedPeers, listenerWithJava, never } from '../../../support/peers.js';
import { hex, relay } from '../../../support/relay.js';
import { controller } from '../../../support/requester.js';

const options = OperationOptions.none;
const get: Operation = { kind: 'resolveUsername', objectClass: '__ACCOUNT__', username: 'n', options };
const search = { kind: 'search', objectClass: '__ACCOUNT__', filter: undefined, options } as const;
const create: Operation = { kind: 'create', objectClass: '__ACCOUNT__', attributes: [new Name('n')], options };
const facadeKey = facadeKeyOf(configuration());
const TRACE = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const withoutFeature = OFFERED.filter((feature) => feature !== TRACE_CONTEXT);

describe('where a requester stands in its trace', () => {
  it('is known to an agent of ours, of reads, writes and streams', async () => {
    const { agent, facade } = await joinedPeers();
    const span = new FakeSpan();
    await facade.perform(get, { signal: never, span });
    await facade.perform(create, { signal: never, span });
    await collect(facade.stream(search, { signal: never, span }));
    expect(agent.facade.performed.map(({ call }) => call.traceParent)).toEqual([span.traceParent, span.traceParent, span.traceParent]);
  });

  it('is not made up where nobody traces', async () => {
    const { agent, facade } = await joinedPeers();
    await facade.perform(get, { signal: never });
    expect(agent.facade.performed[0]!.call).toMatchObject({ traceParent: undefined });
  });

  it('never goes to a Java agent: the frames are those of a controller that does not trace', async () => {
    const frames = await Promise.all([undefined, new FakeSpan()].map(async (span) => {
      const { facade, raw } = await controller();
      for (const operation of [get, create]) facade.perform(operation, { signal: never, span }).catch(() => undefined);
      facade.stream(search, { signal: never, span }).next().catch(() => undefined);
      await settle();
      return hex(raw.flatMap((java) => java.frames.filter((_frame, index) => java.messages[index]!.kind === 'operationRequest')));
    }));
    expect(frames[0]).toHaveLength(3);
    expect(frames[1]).toEqual(frames[0]);
  });

  it('does not count where the requester has not offered the feature', async () => {
    const { java, facade } = await listenerWithJava();
    await java.send(encodeOperationRequest({ id: 5, connectorKey: KEY, facadeKey, operation: get, traceParent: TRACE }));
    await settle();
    expect(facade.performed[0]!.call.traceParent).toBeUndefined();
  });
});

describe('a relay', () => {
  const request = (id: number, operation: Operation): Uint8Array => encodeOperationRequest({ id, connectorKey: KEY, facadeKey, operation, traceParent: TRACE });

  it('passes it on to a server of ours', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: OFFERED });
    await made.requester.send(request(50, search));
    expect(made.server.last('operationRequest').traceParent).toBe(TRACE);
  });

  it.each([['a Java server', []], ['a server of ours that does not know it', withoutFeature]] as const)('keeps it from %s, and leaves the rest of the request as it is', async (_title, targetFeatures) => {
    for (const operation of [get, search, create]) {
      const made = await relay({ requesterFeatures: OFFERED, targetFeatures });
      await made.requester.send(request(50, operation));
      const { id } = made.server.last('operationRequest');
      expect(hex(made.asked().slice(0, 1))).toEqual(hex([encodeOperationRequest({ id, connectorKey: KEY, facadeKey, operation })]));
    }
  });

  it('keeps it from a Java server that cannot take everything else either', async () => {
    const unsuited = { ...search, options: options.with('TOTAL_PAGED_RESULTS_POLICY', 'EXACT') };
    const frames = await Promise.all([undefined, TRACE].map(async (traceParent) => {
      const made = await relay({ requesterFeatures: OFFERED, targetFeatures: [] });
      await made.requester.send(encodeOperationRequest({ id: 50, connectorKey: KEY, facadeKey, operation: unsuited, traceParent, bookmarks: true }));
      return hex(made.asked().slice(0, 1));
    }));
    expect(frames[1]).toEqual(frames[0]);
    expect(Buffer.from(frames[1]![0]!, 'hex').includes(TRACE)).toBe(false);
  });

  it('is no way around the check of an operation', async () => {
    const made = await relay({ requesterFeatures: OFFERED, targetFeatures: [], around: (relaying) => ({ ...relaying, admit: async () => { throw new ConnectorError('permissionDenied', 'not this one'); } }) });
    await made.requester.send(request(50, create));
    expect(made.asked()).toEqual([]);
  });
});

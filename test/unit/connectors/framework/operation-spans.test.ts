import { describe, expect, it } from 'vitest';
import { ACCOUNT, Attribute, ConnectorError, Name, OPTION, OperationOptions, Uid, type CallContext, type TraceSpan } from '../../../../protocol/model/index.js';
import { spanOf, tracedRequest } from '../../../../connectors/framework/operation-spans.js';
import { FakeSpan } from '../../../support/fake-span.js';
import { MemoryTarget, memoryConnector } from '../../../support/memory-connector.js';
import { drain, facadeOf } from '../../../support/memory-facade.js';

const options = OperationOptions.none;
const searchAll = { kind: 'search' as const, objectClass: ACCOUNT, options, filter: undefined };

function subject(objects = 3, changes: Parameters<typeof memoryConnector>[1] = {}) {
  const target = new MemoryTarget();
  for (let index = 0; index < objects; index++) target.add(`u${index}`, { mail: `marked-value-${index}` });
  const span = new FakeSpan('agent');
  const stop = new AbortController();
  const call: CallContext = { signal: stop.signal, operationId: 'op-1', span };
  return { target, span, stop, call, ...facadeOf(memoryConnector(target, { pooled: true, ...changes })) };
}

describe('spans of an operation', () => {
  it('of a write: the session, how it was opened, and what the connector did', async () => {
    const { facade, call, span } = subject();
    await facade.perform({ kind: 'create', objectClass: ACCOUNT, attributes: [new Name('n')], options }, call);
    expect(span.children.flatMap((child) => child.tree())).toEqual(['facade create', '  borrow session', '    open session', '  native create']);
    expect(span.children[0]).toMatchObject({ attributes: { 'icf.operation': 'create' }, failure: undefined });
  });

  it('of the next one: the session is there', async () => {
    const { facade, call } = subject();
    await facade.perform({ kind: 'test' }, call);
    const span = new FakeSpan('agent');
    await facade.perform({ kind: 'test' }, { ...call, span });
    expect(span.children.flatMap((child) => child.tree())).toEqual(['facade test', '  borrow session', '  native test']);
  });

  it('of a failure: each says by what it ended', async () => {
    const { facade, call, span } = subject();
    await expect(facade.perform({ kind: 'delete', objectClass: ACCOUNT, uid: new Uid('nobody'), options }, call)).rejects.toThrow(ConnectorError);
    const [whole] = span.children;
    expect(whole).toMatchObject({ name: 'facade delete', hasEnded: true, failure: { kind: 'unknownUid' } });
    expect(whole?.children.at(-1)).toMatchObject({ name: 'native delete', hasEnded: true, failure: { kind: 'unknownUid' } });
  });

  it('of a search: one for the whole stream, with the time to the first result and their number, and one for what the connector gave', async () => {
    const { facade, call, span } = subject();
    await drain(facade.stream({ ...searchAll, filter: { kind: 'equals', attribute: Attribute.of('mail', 'marked-value-1') } }, call));
    expect(span.children.flatMap((child) => child.tree())).toEqual(['facade search', '  borrow session', '    open session', '  native search']);
    expect(span.children[0]?.attributes).toMatchObject({ 'causeway.results': 1, 'causeway.first_result_ms': expect.any(Number) as number });
    expect(JSON.stringify(span)).not.toContain('marked-value');
  });

  it('of a search in pages: one for each page that was asked for', async () => {
    const { facade, call, span } = subject(5, { native: { paging: true, sorting: false, projection: false } });
    const first = await drain(facade.stream({ ...searchAll, options: options.with(OPTION.pageSize, 2) }, call));
    await drain(facade.stream({ ...searchAll, options: options.with(OPTION.pageSize, 2).with(OPTION.pagedResultsCookie, first.end?.pagedResultsCookie ?? '') }, call));
    const pages = span.children.map((whole) => whole.children.filter(({ name }) => name === 'native search').map(({ attributes }) => attributes['icf.page_size']));
    expect(pages).toEqual([[2], [2]]);
  });

  it('of a search that is left: no failure, and everything has ended', async () => {
    const { facade, call, span } = subject();
    const results = facade.stream(searchAll, call);
    await results.next();
    await results.return(undefined);
    expect(span.children.flatMap((child) => child.tree()).filter((line) => line.includes('(open)'))).toEqual([]);
    expect(span.children[0]).toMatchObject({ failure: undefined, attributes: { 'causeway.left': true } });
  });

  it('of a search that is cancelled while nobody pulls: everything has ended', async () => {
    const { facade, call, span, stop } = subject();
    await facade.stream(searchAll, call).next();
    stop.abort();
    await expect.poll(() => span.children.flatMap((child) => child.tree()).filter((line) => line.includes('(open)'))).toEqual([]);
  });

  it('what asks a target finds its step by the signal, and that before it again afterwards', async () => {
    const { target, facade, call, span } = subject();
    target.openSession = (signal) => tracedRequest(signal, 'GET /login', () => ({ kind: 'client' }), async () => undefined);
    target.before = (_operation, { signal }) => tracedRequest(signal, 'GET /users', () => ({ kind: 'client' }), async () => undefined);
    await facade.perform({ kind: 'test' }, call);
    expect(span.children.flatMap((child) => child.tree())).toEqual(['facade test', '  borrow session', '    open session', '      GET /login', '  native test', '    GET /users']);
  });

  it('nothing is made for an operation that nobody records', async () => {
    const { target, facade, call } = subject();
    const seen: unknown[] = [];
    target.before = async (_operation, { signal }) => { seen.push(spanOf(signal)); };
    const quiet: TraceSpan = { traceId: '', spanId: '', traceParent: '', isRecorded: false, child: () => { throw new Error('nobody looks'); }, set: () => undefined, leaveOut: () => undefined, end: () => undefined };
    await facade.perform({ kind: 'test' }, { ...call, span: quiet });
    await facade.perform({ kind: 'test' }, { ...call, span: undefined });
    expect(seen).toEqual([undefined, undefined]);
  });
});

import { describe, expect, it } from 'vitest';
import type { SpansMessage } from '../../../../agent/isolation/control-messages.js';
import { ProcessSpans } from '../../../../agent/isolation/process-spans.js';
import type { ToldSpan } from '../../../../agent/isolation/told-spans.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { FakeSpan } from '../../../support/fake-span.js';

const NOW = 1_700_000_000_000;

/** One call, 7, that began at NOW; a second has passed since. */
function setUp() {
  let now = NOW;
  const spans = new ProcessSpans(() => now);
  const operation = new FakeSpan('openicf/search');
  spans.begin(7, operation);
  now += 1_000;
  const tell = (told: readonly unknown[], more: Partial<SpansMessage> = {}): void => { spans.told({ call: 7, leftOut: 0, over: false, ...more, spans: told as ToldSpan[] }); };
  const begun = (span: number, more: object = {}) => ({ span, begun: { below: 0, name: `span ${span}`, at: NOW + 1, ...more } });
  return { spans, operation, tell, begun };
}

describe('what a process tells of spans', () => {
  it.each([
    ['nothing', null], ['a text', 'span'], ['a list', []], ['no number', { begun: { below: 0, name: 'a', at: NOW } }], ['a number that is none', { span: '1', begun: { below: 0, name: 'a', at: NOW } }],
    ['the operation itself', { span: 0, begun: { below: 0, name: 'a', at: NOW } }], ['half a number', { span: 1.5, begun: { below: 0, name: 'a', at: NOW } }],
    ['no name', { span: 1, begun: { below: 0, at: NOW } }], ['an empty name', { span: 1, begun: { below: 0, name: '', at: NOW } }], ['a name that is an object', { span: 1, begun: { below: 0, name: { a: 1 }, at: NOW } }],
    ['no time', { span: 1, begun: { below: 0, name: 'a' } }], ['a time that is none', { span: 1, begun: { below: 0, name: 'a', at: 'now' } }], ['a beginning that is a text', { span: 1, begun: 'yes' }],
  ])('is left out and counted: %s', (_what, told) => {
    const { operation, tell } = setUp();
    tell([told]);
    expect([operation.children, operation.leftOut]).toEqual([[], 1]);
  });

  it('of a call that there is not, or no longer, is nobody\'s', () => {
    const { spans, operation, tell, begun } = setUp();
    tell([begun(1)], { call: 8, leftOut: 3 });
    tell([], { over: true });
    tell([begun(2)], { leftOut: 5 });
    expect([operation.children, operation.leftOut, spans.size]).toEqual([[], 0, 0]);
  });

  it('is cut: names, keys, texts, how many attributes, and what is no attribute', () => {
    const { operation, tell, begun } = setUp();
    const hostile = JSON.parse('{"__proto__":"a","":"b","nothing":null,"list":["a"],"object":{"a":1},"text":"x","number":1.5,"flag":false}') as Record<string, unknown>;
    tell([begun(1, { name: 'n'.repeat(10_000), kind: 'producer', attributes: { ...hostile, ['k'.repeat(65)]: 1, long: 'v'.repeat(10_000), none: NaN } })]);
    tell([begun(2, { kind: 'client', attributes: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`a${index}`, index])) })]);
    tell([begun(3, { attributes: 'all' }), { span: 3, ended: { at: NOW + 2, attributes: { late: 'v'.repeat(10_000), list: [] } } }]);
    const [first, second, third] = operation.children;
    expect(first).toMatchObject({ name: 'n'.repeat(128), kind: undefined });
    expect(first?.attributes).toEqual({ text: 'x', number: 1.5, flag: false, long: 'v'.repeat(256) });
    expect(second?.kind).toBe('client');
    expect(Object.keys(second?.attributes ?? {})).toHaveLength(32);
    expect(third?.attributes).toEqual({ late: 'v'.repeat(256) });
  });

  it('has times within the operation, as far as it is under way', () => {
    const { operation, tell, begun } = setUp();
    tell([begun(1, { at: 0 }), { span: 1, ended: { at: 1e300 } }, begun(2, { at: NOW + 250.125 }), { span: 2, ended: { at: NOW + 500 } }, begun(3, { at: NOW + 1e9 }), { span: 3, ended: { at: 'never' } }]);
    expect(operation.children.map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([[NOW, NOW + 1_001], [NOW + 250.125, NOW + 500], [NOW + 1_001, undefined]]);
  });

  it('goes below what it names; below the operation where there is no such span', () => {
    const { operation, tell, begun } = setUp();
    tell([begun(1), begun(2, { below: 1 }), begun(3, { below: 99 }), begun(4, { below: 4 }), begun(5, { below: 'all' })]);
    tell([{ span: 2, ended: { at: NOW + 2 } }, { span: 77, ended: { at: NOW + 2 } }]);
    expect(operation.tree()).toEqual(['openicf/search (open)', '  span 1 (open)', '    span 2', '  span 3 (open)', '  span 4 (open)', '  span 5 (open)']);
  });

  it('goes below a span whose beginning and end come together, before it', () => {
    const { operation, tell, begun } = setUp();
    tell([{ ...begun(1), ended: { at: NOW + 900 } }, { ...begun(2, { below: 1 }), ended: { at: NOW + 800 } }]);
    expect(operation.tree()).toEqual(['openicf/search (open)', '  span 1', '    span 2']);
  });

  it('begins once and ends once', () => {
    const { operation, tell, begun } = setUp();
    tell([begun(1), begun(1, { name: 'again' }), { span: 1, ended: { at: NOW + 2 } }, { span: 1, ended: { at: NOW + 900, failure: { kind: 'connector' } } }]);
    expect(operation.children).toMatchObject([{ name: 'span 1', endedAt: NOW + 2, failure: undefined }]);
    expect(operation.leftOut).toBe(1);
  });

  it.each([
    [{ kind: 'unknownUid' }, { kind: 'unknownUid' }], [{ code: 404 }, { code: 404 }], [{}, {}], ['a text', {}], [{ kind: 'constructor' }, {}], [{ kind: 'connectorIo', message: 'marked' }, { kind: 'connectorIo' }],
  ])('failed by a kind of error or a status, and never has words: %j', (failure, expected) => {
    const { operation, tell, begun } = setUp();
    tell([begun(1), { span: 1, ended: { at: NOW + 2, failure } }]);
    expect(operation.children[0]?.failure).toMatchObject(expected);
    expect(JSON.stringify([operation.children[0]?.failure, (operation.children[0]?.failure as Error).message])).not.toContain('marked');
  });

  it('is bounded: spans of a call, and those open at a time', () => {
    const { operation, tell, begun } = setUp();
    tell(Array.from({ length: 2_000 }, (_, index) => begun(index + 1)));
    expect([operation.children.length, operation.leftOut]).toEqual([1_024, 976]);
    tell(Array.from({ length: 2_000 }, (_, index) => ({ span: index + 1, ended: { at: NOW + 2 } })));
    for (let number = 3_000; number < 103_000; number += 1_000) tell(Array.from({ length: 1_000 }, (_, index) => ({ ...begun(number + index), ended: { at: NOW + 2 } })));
    expect(operation.children).toHaveLength(32_768);
    expect(operation.leftOut).toBe(976 + 100_000 - (32_768 - 1_024));
  });

  it('that it left out itself is counted, and nothing less than nothing', () => {
    const { operation, tell } = setUp();
    tell([], { leftOut: 12 });
    tell([], { leftOut: -5 });
    expect(operation.leftOut).toBe(12);
  });
});

describe('spans that have not ended', () => {
  it('end with the process that is gone', () => {
    const { spans, operation, tell, begun } = setUp();
    tell([begun(1), begun(2, { below: 1 }), { span: 2, ended: { at: NOW + 2 } }]);
    const failure = new ConnectorError('connectionBroken', 'gone');
    spans.lost(failure);
    expect(operation.children[0]).toMatchObject({ hasEnded: true, failure, children: [{ hasEnded: true, failure: undefined }] });
    expect([operation.hasEnded, spans.size]).toEqual([false, 0]);
  });

  it('end with the operation, and say that nobody saw how', () => {
    const { operation, tell, begun } = setUp();
    tell([begun(1)], { over: true });
    expect(operation.children[0]).toMatchObject({ hasEnded: true, failure: undefined, attributes: { 'causeway.unfinished': true } });
  });

  it('may end after their caller has left, for so many calls and no more', () => {
    const { spans, operation, tell, begun } = setUp();
    tell([begun(1)]);
    spans.ended(7);
    tell([{ span: 1, ended: { at: NOW + 2 } }, begun(2)]);
    expect(operation.children).toMatchObject([{ endedAt: NOW + 2 }, { hasEnded: false }]);
    for (let call = 100; call < 10_000; call++) {
      spans.begin(call, new FakeSpan());
      spans.ended(call);
    }
    expect(spans.size).toBe(256);
    expect(operation.children[1]).toMatchObject({ hasEnded: true, attributes: { 'causeway.unfinished': true } });
  });
});

import { describe, expect, it } from 'vitest';
import { SpanRecorder } from '../../../../agent/isolation/child/span-recorder.js';
import type { SpansMessage } from '../../../../agent/isolation/control-messages.js';
import { ConnectorError, itemsOf } from '../../../../protocol/model/index.js';
import { ManualTimers } from '../../../support/manual-timers.js';

type Told = Pick<SpansMessage, 'spans' | 'leftOut' | 'over'>;
const begunIn = (spans: SpansMessage['spans']): number => spans.filter(({ begun }) => begun !== undefined).length;
const operation = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), isSampled: true };

function setUp() {
  const clock = new ManualTimers();
  const told: Told[] = [];
  const pipe = { isLate: false };
  const recorder = new SpanRecorder({ operation, clock, isLate: () => pipe.isLate, tell: (message) => { told.push(structuredClone(message)); } });
  const many = (count: number): void => { for (let index = 0; index < count; index++) recorder.span.child(`request ${index}`).end(); };
  return { clock, told, pipe, recorder, many, spans: () => told.flatMap(({ spans }) => spans) };
}

describe('the recorder of a process', () => {
  it('tells nothing of an operation that has no spans but that it is over', async () => {
    const { told, recorder, clock } = setUp();
    await expect(recorder.following(Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(told).toEqual([{ spans: [], leftOut: 0, over: true }]);
    expect(clock.pending).toBe(0);
  });

  it('tells of spans by the handful, and of the rest when the operation ends, before its answer', async () => {
    const { told, recorder, many, clock } = setUp();
    many(100);
    expect(told.map(({ spans, over }) => [begunIn(spans), over])).toEqual([[64, false]]);
    await recorder.following(Promise.resolve('answer'));
    expect(told.map(({ spans, over }) => [begunIn(spans), over])).toEqual([[64, false], [36, true]]);
    expect(told.flatMap(({ spans }) => spans).filter(({ ended }) => ended !== undefined)).toHaveLength(100);
    expect(clock.pending).toBe(0);
  });

  it('of a stream: when it ends, and when it is left', async () => {
    const items = async function* () { yield [1]; yield [2]; return 'end'; };
    const whole = setUp();
    const results = whole.recorder.followingItems(itemsOf(items()), () => false);
    expect([(await results.next()).value, whole.told]).toEqual([1, []]);
    await results.next();
    expect(await results.next()).toEqual({ done: true, value: 'end' });
    expect(whole.told).toMatchObject([{ over: true }]);
    const left = setUp();
    const some = left.recorder.followingItems(itemsOf(items()), () => false);
    await some.next();
    await some.return('');
    expect(left.told).toMatchObject([{ over: true }]);
  });

  it('tells within a second of what has begun, so that it is known should the process end', async () => {
    const { told, recorder, clock } = setUp();
    const whole = recorder.span.child('native search', { kind: 'client', attributes: { 'icf.page_size': 5, none: undefined } });
    whole.child('GET').end(new ConnectorError('unknownUid', 'There is no marked-uid.'));
    await clock.advance(999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toMatchObject([{ over: false, spans: [
      { span: 1, begun: { below: 0, name: 'native search', kind: 'client', attributes: { 'icf.page_size': 5 } } },
      { span: 2, begun: { below: 1, name: 'GET' }, ended: { failure: { kind: 'unknownUid' } } },
    ] }]);
    expect(JSON.stringify(told)).not.toContain('marked-uid');
    whole.set({ 'causeway.results': 3 });
    whole.end();
    whole.set({ 'causeway.results': 4 });
    whole.end(new Error('again'));
    await clock.advance(1_000);
    expect(told[1]).toMatchObject({ spans: [{ span: 1, ended: { attributes: { 'causeway.results': 3 } } }] });
    expect(told[1]?.spans[0]).not.toHaveProperty('begun');
    expect(told[1]?.spans[0]?.ended?.failure).toBeUndefined();
  });

  it('tells when that was, on the clock of the machine', () => {
    const { recorder, many, spans } = setUp();
    const before = Date.now() - 1;
    recorder.span.child('whole');
    many(64);
    const after = Date.now() + 1;
    expect(spans()).toHaveLength(64);
    for (const { begun, ended } of spans()) {
      expect(begun!.at).toBeGreaterThanOrEqual(before);
      expect(ended?.at ?? begun!.at).toBeGreaterThanOrEqual(begun!.at);
      expect(ended?.at ?? begun!.at).toBeLessThanOrEqual(after);
    }
  });

  it('of a hundred thousand tells from the beginning to the end, and says how many are missing', async () => {
    const { recorder, many, spans, told } = setUp();
    many(100_000);
    await recorder.following(Promise.resolve());
    const names = spans().flatMap(({ begun }) => (begun === undefined ? [] : [Number(begun.name.split(' ')[1])]));
    expect(names.slice(0, 1_024)).toEqual(Array.from({ length: 1_024 }, (_, index) => index));
    expect(names.length).toBeLessThan(15_000);
    expect(names.at(-1)).toBeGreaterThan(90_000);
    expect(told.reduce((sum, { leftOut }) => sum + leftOut, 0)).toBe(100_000 - names.length);
    expect(Math.max(...told.map((message) => message.spans.length))).toBe(64);
  });

  it('to an agent that does not read leaves them out, holds none, and says so when it is read again', async () => {
    const { recorder, many, pipe, told } = setUp();
    pipe.isLate = true;
    many(640);
    expect(told).toEqual([]);
    pipe.isLate = false;
    many(64);
    expect(told).toHaveLength(1);
    expect(told[0]!.leftOut).toBeGreaterThan(576);
    pipe.isLate = true;
    many(3);
    await recorder.following(Promise.resolve());
    expect(told[1]).toMatchObject({ spans: [], over: true });
    expect(told.reduce((sum, { spans, leftOut }) => sum + begunIn(spans) + leftOut, 0)).toBe(640 + 64 + 3);
  });

  it('tells nothing of what goes on after the operation', async () => {
    const { recorder, told, clock } = setUp();
    const late = recorder.span.child('left behind');
    await recorder.following(Promise.resolve());
    late.child('more').end();
    late.end();
    recorder.span.child('another').end();
    await clock.advance(5_000);
    expect(told).toHaveLength(1);
  });

  it('gives names and texts in the length the agent takes', async () => {
    const { recorder, spans } = setUp();
    recorder.span.child('n'.repeat(1_000), { attributes: { text: 'v'.repeat(1_000) } }).end();
    await recorder.following(Promise.resolve());
    expect(spans()[0]?.begun).toMatchObject({ name: 'n'.repeat(128), attributes: { text: 'v'.repeat(256) } });
  });
});

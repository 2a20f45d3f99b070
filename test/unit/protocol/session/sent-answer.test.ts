import { describe, expect, it } from 'vitest';
import { FIXED, sessionLimits } from '../../../../protocol/session/limits.js';
import { SentAnswer } from '../../../../protocol/session/sent-answer.js';
import { SentAnswers } from '../../../../protocol/session/sent-answers.js';
import type { SocketLink } from '../../../../protocol/session/socket-link.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { recordedLog } from '../../../support/quiet-log.js';

const frame = (number: number, bytes = 10): Uint8Array => new Uint8Array(bytes).fill(number);

/** A socket that takes what it is given, or not. */
function link(): { readonly link: SocketLink; readonly sent: number[]; readonly state: { usable: boolean; stuck: boolean } } {
  const sent: number[] = [];
  const state = { usable: true, stuck: false };
  const made = {
    get isUsable() { return state.usable; },
    send: (...frames: readonly Uint8Array[]): Promise<void> => {
      for (const each of frames) sent.push(each[0]!);
      return state.stuck ? new Promise(() => undefined) : Promise.resolve();
    },
  };
  return { link: made as unknown as SocketLink, sent, state };
}

function answerOf(next: () => SocketLink | undefined, maxBytes = 10_000) {
  const clock = new FakeClock();
  return { clock, answer: new SentAnswer(5, { clock, log: recordedLog(), maxBytes, nextLink: next }) };
}

describe('an answer that is kept', () => {
  it('is given again from the first result that is not acknowledged, the last message behind the results', async () => {
    const one = link();
    const { answer } = answerOf(() => one.link);
    for (let n = 1; n <= 5; n++) answer.keep(frame(n), n);
    answer.finish(frame(9));
    answer.acknowledge(3);
    answer.resend();
    await settle();
    expect(one.sent).toEqual([4, 5, 9]);
  });

  it.each([0, -1, -(2 ** 40), Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])('an acknowledgement of %d harms nothing: what was never sent is not taken for received', async (received) => {
    const one = link();
    const { answer } = answerOf(() => one.link);
    answer.keep(frame(1), 1);
    answer.acknowledge(received);
    answer.keep(frame(2), 2);
    answer.keep(frame(3), 3);
    answer.resend();
    await settle();
    expect(one.sent).toEqual(received > 0 ? [2, 3] : [1, 2, 3]);
  });

  it('has no room when much is kept, and says when it has again', () => {
    const { answer } = answerOf(() => undefined, 1_000);
    let room = 0;
    answer.onRoom = () => { room++; };
    let n = 0;
    while (answer.hasRoom) answer.keep(frame(++n, 100), n);
    expect(n).toBeLessThan(10);
    expect(answer.bytes).toBeLessThan(1_500);
    answer.acknowledge(n);
    expect(room).toBe(1);
    expect(answer).toMatchObject({ hasRoom: true, bytes: 0, highest: n });
  });

  it('many results: what is acknowledged is not held', () => {
    const { answer } = answerOf(() => undefined, Infinity);
    for (let n = 1; n <= 5_000; n++) answer.keep(frame(n), n);
    for (let n = 1; n < 5_000; n += 7) answer.acknowledge(n);
    answer.acknowledge(4_999);
    expect(answer.bytes).toBe(10 + 256);
  });

  it('is given again at most now and then, however often it is asked for, but after the last asking once more', async () => {
    const one = link();
    const { clock, answer } = answerOf(() => one.link);
    answer.keep(frame(1), 1);
    for (let n = 0; n < 1_000; n++) answer.resend(one.link);
    await settle();
    expect(one.sent).toEqual([1]);
    await clock.advance(FIXED.resendInterval);
    expect(one.sent).toEqual([1, 1]);
    await clock.advance(60_000);
    expect(one.sent).toEqual([1, 1]);
    expect(clock.sleeping).toBe(0);
  });

  it('a socket that takes nothing is not given more and more; another one is used', async () => {
    const [one, two] = [link(), link()];
    one.state.stuck = true;
    const { clock, answer } = answerOf(() => one.link);
    for (let n = 1; n <= 3; n++) answer.keep(frame(n, 60_000), n);
    for (let round = 0; round < 20; round++) {
      answer.resend(one.link);
      await clock.advance(FIXED.resendInterval);
    }
    expect(one.sent).toEqual([1, 2]);
    answer.resend(two.link);
    await clock.advance(FIXED.resendInterval);
    expect(two.sent).toEqual([1, 2, 3]);
    answer.settle();
    await clock.advance(FIXED.resendInterval);
    expect(clock.sleeping).toBe(0);
  });

  it('goes by the next socket when the one it was asked for on is gone, and waits when there is none', async () => {
    const [one, two] = [link(), link()];
    one.state.usable = false;
    const next: SocketLink[] = [];
    const { answer } = answerOf(() => next[0]);
    answer.keep(frame(1), 1);
    answer.resend(one.link);
    await settle();
    next.push(two.link);
    answer.resend(one.link);
    await settle();
    expect([one.sent, two.sent]).toEqual([[], [1]]);
  });

  it('nothing more of it is given once it is settled, nor kept', async () => {
    const one = link();
    const { answer } = answerOf(() => one.link);
    answer.keep(frame(1), 1);
    const settled = answer.whenSettled();
    answer.settle();
    answer.keep(frame(2), 2);
    answer.finish(frame(3));
    answer.resend(one.link);
    await settled;
    await answer.whenSettled();
    expect(one.sent).toEqual([]);
    expect(answer.bytes).toBe(0);
  });
});

describe('the answers kept for one peer', () => {
  function table(limits: Parameters<typeof sessionLimits>[0] = {}) {
    const clock = new FakeClock();
    const one = link();
    return { clock, one, answers: new SentAnswers({ clock, log: recordedLog(), limits: sessionLimits(limits), nextLink: () => one.link }) };
  }

  const finished = (answers: SentAnswers, id: number, bytes = 10): void => {
    const answer = answers.begin(id);
    answer.finish(frame(id, bytes));
    answers.end(answer);
  };

  it('an answer that is over stays until it is acknowledged', () => {
    const { answers, clock } = table();
    finished(answers, 1);
    finished(answers, 2);
    expect([...answers.idsOver]).toEqual([1, 2]);
    answers.settle([1, 77, -1]);
    expect([...answers.idsOver]).toEqual([2]);
    answers.settle([2]);
    expect(answers).toMatchObject({ size: 0, bytes: 0 });
    expect(clock.sleeping).toBe(0);
  });

  it('or until nobody can want it any more', async () => {
    const { answers, clock } = table({ resendTimeout: 5_000 });
    finished(answers, 1);
    await clock.advance(3_000);
    finished(answers, 2);
    await clock.advance(2_000);
    expect([...answers.idsOver]).toEqual([2]);
    await clock.advance(3_000);
    expect(answers).toMatchObject({ size: 0, bytes: 0 });
    expect(clock.sleeping).toBe(0);
  });

  it('their number and bytes are bounded for a peer that acknowledges nothing; the oldest gives way', () => {
    const { answers } = table({ maxBufferedBytes: 100_000 });
    for (let id = 1; id <= 5_000; id++) finished(answers, id);
    expect(answers.size).toBeLessThanOrEqual(FIXED.keptAnswers);
    expect(answers.bytes).toBeLessThanOrEqual(100_000);
    expect([...answers.idsOver].at(-1)).toBe(5_000);
    finished(answers, 5_001, 1_000_000);
    expect([...answers.idsOver]).toEqual([5_001]);
  });

  it('an operation that ended without a last message leaves nothing behind', () => {
    const { answers } = table();
    const answer = answers.begin(1);
    answer.keep(frame(1), 1);
    answers.end(answer);
    expect(answers).toMatchObject({ size: 0, bytes: 0 });
  });

  it('knows whether it can give an answer again', async () => {
    const { answers, one } = table();
    finished(answers, 1);
    expect(answers.resend(1, one.link)).toBe(true);
    expect(answers.resend(2, one.link)).toBe(false);
    await settle();
    expect(one.sent).toEqual([1]);
    answers.acknowledge(99, 5);
    answers.close();
    expect(answers).toMatchObject({ size: 0, bytes: 0 });
  });
});

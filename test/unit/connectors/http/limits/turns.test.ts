import { afterEach, describe, expect, it } from 'vitest';
import { FixedBudget } from '../../../../../connectors/engines/http/limits/fixed-budget.js';
import { Turns } from '../../../../../connectors/engines/http/limits/turns.js';
import { ManualTimers } from '../../../../support/manual-timers.js';

const never = new AbortController().signal;

describe('turns', () => {
  const clock = new ManualTimers();
  const passed: string[] = [];
  afterEach(() => { passed.length = 0; });
  const oneASecond = () => new FixedBudget({ count: 1, period: 1_000 });

  it('refuses who would wait behind too many, and charges nothing for it', async () => {
    const turns = new Turns(clock, 2);
    const budgets = [oneASecond()];
    const pass = () => turns.pass({ lane: 'a', kind: 'read', budgets }, never);
    await pass();
    const waiting = [pass(), pass()];
    await expect(pass()).rejects.toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    await clock.advance(2_000);
    await Promise.all(waiting);
    expect(turns.waiting).toBe(0);
  });

  it('lets go of who gives up, at once, and of who had given up before', async () => {
    const turns = new Turns(clock);
    const budgets = [oneASecond()];
    await turns.pass({ lane: 'a', kind: 'read', budgets }, never);
    const abort = new AbortController();
    const given = turns.pass({ lane: 'a', kind: 'read', budgets }, abort.signal);
    abort.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect([turns.waiting, clock.pending]).toEqual([0, 0]);
    await expect(turns.pass({ lane: 'a', kind: 'read', budgets }, abort.signal)).rejects.toThrow('gone');
  });

  it('give up after two hours', async () => {
    const turns = new Turns(clock);
    const given = turns.pass({ lane: 'a', kind: 'read', budgets: [{ readyAt: () => Infinity, sent: () => undefined }] }, never).then(() => 'passed', (error: unknown) => error);
    await clock.advance(7_200_000);
    expect(await given).toMatchObject({ kind: 'retryable', outcome: 'notApplied' });
    expect(turns.waiting).toBe(0);
  });

  it('go round the lanes, so that one request does not wait behind a whole search', async () => {
    const turns = new Turns(clock);
    const budgets = [oneASecond()];
    const ask = (lane: string) => void turns.pass({ lane, kind: 'read', budgets }, never).then(() => passed.push(lane));
    for (let n = 0; n < 20; n++) ask('search');
    await clock.advance(500);
    ask('get');
    await clock.advance(2_000);
    expect(passed).toEqual(['search', 'search', 'get']);
    await clock.advance(30_000);
    expect(passed).toHaveLength(21);
  });

  it('do not make one kind wait for another\'s limit, though both have one more in common', async () => {
    const turns = new Turns(clock);
    const common = new FixedBudget({ count: 3, period: 10_000 });
    const write = [common, new FixedBudget({ count: 1, period: 60_000 })];
    for (const kind of ['write', 'write', 'read', 'read', 'read']) void turns.pass({ lane: 'a', kind, budgets: kind === 'write' ? write : [common] }, never).then(() => passed.push(kind));
    await clock.advance(0);
    expect(passed).toEqual(['write', 'read', 'read']);
    await clock.advance(10_000);
    expect(passed).toEqual(['write', 'read', 'read', 'read']);
    await clock.advance(50_000);
    expect(passed.at(-1)).toBe('write');
  });
});

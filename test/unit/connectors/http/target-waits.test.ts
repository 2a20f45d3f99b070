import { describe, expect, it } from 'vitest';
import { FixedBudget } from '../../../../connectors/engines/http/limits/fixed-budget.js';
import { RateLimit } from '../../../../connectors/engines/http/limits/rate-limit.js';
import { TargetLimits } from '../../../../connectors/engines/http/limits/target-limits.js';
import { Turns } from '../../../../connectors/engines/http/limits/turns.js';
import type { Clock } from '../../../../connectors/framework/clock.js';
import { CountedWaits } from '../../../support/counted-waits.js';
import { ManualTimers } from '../../../support/manual-timers.js';
import { clientWith, never, serving, to } from './http-service.js';

describe('waits for a rate limit', () => {
  it('that are refused because too many wait are none', async () => {
    const waits = new CountedWaits();
    const turns = new Turns(new ManualTimers(), 1);
    const applicant = { lane: 'a', kind: 'read', budgets: [new FixedBudget({ count: 1, period: 1_000 })], waits };
    await turns.pass(applicant, never);
    turns.pass(applicant, never).catch(() => undefined);
    await expect(turns.pass(applicant, never)).rejects.toMatchObject({ kind: 'retryable' });
    await expect(turns.pass(applicant, AbortSignal.abort(new Error('gone')))).rejects.toThrow('gone');
    expect([waits.causes, waits.waiting]).toEqual([['limit'], 1]);
  });

  it('end when their signal fires, when they take too long, and when they may pass', async () => {
    const clock = new ManualTimers();
    const waits = new CountedWaits();
    const turns = new Turns(clock);
    const abort = new AbortController();
    const applicant = { lane: 'a', kind: 'read', budgets: [{ readyAt: () => Infinity, sent: () => undefined }], waits };
    const given = turns.pass(applicant, abort.signal);
    const long = turns.pass(applicant, never).then(() => 'passed', (error: unknown) => error);
    expect(waits.waiting).toBe(2);
    abort.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect(waits.waiting).toBe(1);
    await clock.advance(7_200_000);
    expect(await long).toMatchObject({ kind: 'retryable' });
    expect(waits.waiting).toBe(0);
    const limit = new RateLimit({ count: 1, period: 1_000 }, clock, waits);
    await limit.pass(never);
    const second = limit.pass(never);
    expect([waits.causes, waits.waiting]).toEqual([['limit', 'limit', 'limit'], 1]);
    await clock.advance(1_000);
    await second;
    expect(waits.waiting).toBe(0);
  });

  it('are told to whose request it is, also where two have one limit together; requests that pass at once are told to nobody', async () => {
    const clock = new ManualTimers();
    const [mine, others] = [new CountedWaits(), new CountedWaits()];
    const all = new TargetLimits(clock);
    const limits = { announced: 'off', fixed: [{ rate: { count: 1, period: 1_000 } }] } as const;
    const own = all.open({ origin: 'https://example.com', identity: '' }, limits, mine);
    const other = all.open({ origin: 'https://example.com', identity: '' }, limits, others);
    await own.pass(to('https://example.com/'), never);
    expect([mine.causes, others.causes]).toEqual([[], []]);
    const behind = other.pass(to('https://example.com/'), never);
    expect([mine.causes, others.causes, others.waiting]).toEqual([[], ['limit'], 1]);
    await clock.advance(1_000);
    await behind;
    expect(others.waiting).toBe(0);
  });
});

describe('pauses of an HTTP client', () => {
  /** A client whose pauses end at once; `seen`: how many waits were under way in each of them. */
  async function asked(statuses: readonly number[], headers: Record<string, string>, { method = 'GET', patience = 60_000, retries = 0 } = {}) {
    const left = [...statuses];
    const waits = new CountedWaits();
    const seen: number[] = [];
    const clock: Clock = { now: () => 0, after: (_, callback) => { seen.push(waits.waiting); queueMicrotask(callback); return () => undefined; } };
    const address = await serving((_, response) => { response.writeHead(left.shift() ?? 200, headers).end(); });
    const client = await clientWith({ address: new URL(address), clock, waits, patience, ...(retries === 0 ? {} : { retry: { attempts: retries + 1, patience: 60_000 } }) });
    const { status } = await client.request(to(address, { method }), never);
    return { status, causes: waits.causes, seen, waiting: waits.waiting };
  }

  it('that it has no patience for, or of a write that may have been carried out, are none', async () => {
    expect(await asked([429], { 'retry-after': '90' })).toEqual({ status: 429, causes: [], seen: [], waiting: 0 });
    expect(await asked([503], { 'retry-after': '1' }, { method: 'POST' })).toMatchObject({ status: 503, causes: [] });
    expect(await asked([502, 504], {}, { patience: 0, retries: 2 })).toMatchObject({ status: 200, causes: [], waiting: 0 });
  });

  it('after 429 and 503 are told as such, while they last', async () => {
    expect(await asked([429, 503], { 'retry-after': '2' })).toEqual({ status: 200, causes: ['429', '503'], seen: [1, 1], waiting: 0 });
    expect(await asked([503, 502, 503], {}, { retries: 3 })).toEqual({ status: 200, causes: ['503', '503'], seen: [1, 0, 1], waiting: 0 });
  });

  it('that are cut short have ended', async () => {
    const waits = new CountedWaits();
    const abort = new AbortController();
    const clock: Clock = { now: () => 0, after: () => { queueMicrotask(() => { abort.abort(new Error('enough')); }); return () => undefined; } };
    const address = await serving((_, response) => { response.writeHead(429, { 'retry-after': '5' }).end(); });
    const client = await clientWith({ address: new URL(address), clock, waits, patience: 60_000 });
    await expect(client.request(to(address), abort.signal)).rejects.toThrow('enough');
    expect([waits.causes, waits.waiting]).toEqual([['429'], 0]);
  });
});

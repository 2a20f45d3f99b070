import { Caller, MIX } from './caller.js';
import { makeFleetRunWorld, type FleetRunWorld } from './fleet-run-world.js';
import { Ledger, type Reckoning } from './ledger.js';

export interface FleetRunOptions {
  readonly seconds: number;
  /** Operations under way at once. */
  readonly callers: number;
  /** Seconds from one kill to the next, of a controller and an agent each time. */
  readonly killEvery: number;
  report(line: string): void;
}

export interface FleetRunResult {
  readonly operations: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly answers: Readonly<Record<string, number>>;
  readonly writesDone: number;
  readonly kills: readonly string[];
  readonly wrongReads: readonly string[];
  readonly notRetryable: readonly string[];
  readonly reckoning: Reckoning;
  readonly milliseconds: { readonly median: number; readonly p95: number; readonly p99: number };
  readonly line: string;
  readonly isGood: boolean;
}

/** A killed process is started again after so many seconds. */
const AWAY = 3;

/** Many callers at three controllers and four agents, of which one each is killed again and again; judged by what the target noted. */
export async function fleetRun({ seconds, callers, killEvery, report }: FleetRunOptions): Promise<FleetRunResult> {
  report('three controllers, NATS, PostgreSQL and four agents are being started');
  const world = await makeFleetRunWorld();
  const ledger = new Ledger();
  try {
    report(`${callers} callers for ${seconds} s, of a hundred operations ${Object.entries(MIX).map(([name, share]) => `${share} ${name}`).join(', ')}; a controller and an agent killed every ${killEvery} s`);
    const end = performance.now() + seconds * 1_000;
    const isOver = (): boolean => performance.now() >= end;
    const killing = killAgainAndAgain(world, killEvery, isOver, (line) => report(`${Math.round(seconds - (end - performance.now()) / 1_000)} s: ${line}; ${ledger.operations} operations, ${ledger.failures} errors`));
    await Promise.all(Array.from({ length: callers }, (_, index) => new Caller(`k${index}`, world.controllers, ledger).run(isOver)));
    return await resultOf(ledger, world, await killing);
  } finally {
    await world.stop();
  }
}

async function killAgainAndAgain({ controllers, agents }: FleetRunWorld, every: number, isOver: () => boolean, tell: (line: string) => void): Promise<string[]> {
  const kills: string[] = [];
  const wait = async (seconds: number): Promise<void> => {
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until && !isOver()) await new Promise((resolve) => { setTimeout(resolve, 100); });
  };
  await wait(every / 2);
  for (let round = 0; !isOver(); round += 1) {
    const startedAt = performance.now();
    const [controller, agent] = [controllers[round % controllers.length], agents[round % agents.length]];
    if (controller === undefined || agent === undefined) break;
    await Promise.all([controller.kill(), agent.kill()]);
    kills.push(`controller c${round % controllers.length + 1}`, `agent ${agent.name}`);
    tell(`killed c${round % controllers.length + 1} and ${agent.name}`);
    await wait(AWAY);
    await Promise.all([controller.restart(), agent.restart()]);
    tell('both are back');
    await wait(every - (performance.now() - startedAt) / 1_000);
  }
  return kills;
}

async function resultOf(ledger: Ledger, { target }: FleetRunWorld, kills: readonly string[]): Promise<FleetRunResult> {
  const reckoning = await ledger.reckon(target);
  const { lost, doubled, untrue } = reckoning;
  const operations = ledger.operations + ledger.written;
  const isRetryable = ledger.notRetryable.length === 0;
  const retryable = isRetryable ? 'all retryable' : `${ledger.notRetryable.length} not retryable`;
  return {
    operations, kills, reckoning, writesDone: ledger.written, wrongReads: ledger.wrongReads, notRetryable: ledger.notRetryable,
    errors: Object.fromEntries(ledger.errors), answers: Object.fromEntries(ledger.counts),
    milliseconds: { median: ledger.quantile(0.5), p95: ledger.quantile(0.95), p99: ledger.quantile(0.99) },
    line: `fleet run: ${operations} operations, ${ledger.failures} errors, ${retryable}, lost ${lost.length}, doubled ${doubled.length}`,
    isGood: isRetryable && kills.length > 0 && lost.length + doubled.length + untrue.length + ledger.wrongReads.length === 0,
  };
}

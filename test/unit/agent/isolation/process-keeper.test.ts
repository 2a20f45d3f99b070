import { describe, expect, it } from 'vitest';
import type { ConnectorProcess } from '../../../../agent/isolation/connector-process.js';
import type { ProcessEnd } from '../../../../agent/isolation/process-end.js';
import { ProcessKeeper } from '../../../../agent/isolation/process-keeper.js';
import { createBackoff } from '../../../../agent/session/backoff.js';
import { ConnectorError } from '../../../../protocol/model/index.js';
import { FakeClock, settle } from '../../../support/fake-clock.js';
import { recordedLog } from '../../../support/quiet-log.js';

/** A process as the keeper sees it, ended by the test. */
class Scripted {
  readonly ready: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  readonly pid: number;
  readonly memory = 7;
  isUsable = true;
  hasServed = false;
  end: ProcessEnd | undefined;
  closedSoftly = false;
  readonly #clock: FakeClock;
  #since = 0;
  #resolve: [() => void, (end: ProcessEnd) => void] = [() => undefined, () => undefined];

  constructor(clock: FakeClock, pid: number) {
    this.#clock = clock;
    this.pid = pid;
    this.ready = new Promise((resolve) => { this.#resolve[0] = resolve; });
    this.ended = new Promise((resolve) => { this.#resolve[1] = resolve; });
  }

  get servedFor(): number { return this.hasServed ? this.#clock.now() - this.#since : 0; }

  serve(): void {
    this.hasServed = true;
    this.#since = this.#clock.now();
    this.#resolve[0]();
  }

  die(why: string, kind: ProcessEnd['kind'] = 'exit'): void {
    this.isUsable = false;
    this.end = { kind, why };
    this.#resolve[1](this.end);
    this.#resolve[0]();
  }

  async shutDown(): Promise<void> {
    this.closedSoftly = true;
    this.die('it was not needed any more', 'closed');
  }
}

function setUp(random = () => 0.999) {
  const clock = new FakeClock();
  const started: Scripted[] = [];
  const keeper = new ProcessKeeper({
    connector: 'ldap', clock, log: recordedLog(), backoff: createBackoff({ base: 1_000, cap: 60_000, random }),
    start: () => {
      started.push(new Scripted(clock, 100 + started.length));
      return started.at(-1) as unknown as ConnectorProcess;
    },
  });
  keeper.use(1);
  const ask = (signal = new AbortController().signal): Promise<number | ConnectorError> => keeper.serving(signal).then(({ pid }) => pid ?? 0, (error: unknown) => error as ConnectorError);
  return { clock, started, keeper, ask };
}

describe('a connector process is kept running', () => {
  it('is started for the first operation only, which waits for it', async () => {
    const { started, ask, keeper } = setUp();
    expect(started).toHaveLength(0);
    const [one, two] = [ask(), ask()];
    await settle();
    expect(started).toHaveLength(1);
    started[0]!.serve();
    expect(await Promise.all([one, two])).toEqual([100, 100]);
    expect(keeper.status()).toEqual({ connector: 'ldap', pid: 100, memory: 7, configurations: 1, restarts: 0, lastEnd: undefined });
  });

  it('is started again after its end; what comes meanwhile waits a moment', async () => {
    const { clock, started, ask, keeper } = setUp();
    const first = ask();
    await settle();
    started[0]!.serve();
    await first;
    started[0]!.die('it leaked');
    await settle();
    const next = ask();
    await clock.advance(500);
    expect(started).toHaveLength(1);
    await clock.advance(600);
    expect(started).toHaveLength(2);
    started[1]!.serve();
    expect(await next).toBe(101);
    expect(keeper.status()).toMatchObject({ pid: 101, restarts: 1, lastEnd: { why: 'it leaked' } });
  });

  it('in a crash loop, operations are told at once why, and that nothing was done', async () => {
    const { clock, started, ask } = setUp();
    for (let round = 0; round < 3; round++) {
      const waiting = ask();
      await clock.advance(5_000);
      started[round]!.die(`it exited with code ${round}`);
      expect(await waiting).toBeInstanceOf(ConnectorError);
    }
    const error = await ask() as ConnectorError;
    expect(error.kind).toBe('retryable');
    expect(error.outcome).toBe('notApplied');
    expect(error.message).toMatch(/^The process of connector ldap is not running: the last one ended, because it exited with code 2; another one is started in \d+ s at the latest\. Nothing was done; try again later\.$/);
    expect(started).toHaveLength(3);
    await clock.advance(60_000);
    const later = ask();
    await settle();
    expect(started).toHaveLength(4);
    started[3]!.serve();
    expect(await later).toBe(103);
  });

  it('the longer it takes to fail, the sooner it is tried again: a stable process makes up for old failures', async () => {
    const { clock, started, ask } = setUp();
    for (let round = 0; round < 3; round++) {
      const waiting = ask();
      await clock.advance(10_000);
      started[round]!.die('it exited');
      await waiting;
    }
    await clock.advance(60_000);
    const stable = ask();
    await settle();
    started[3]!.serve();
    await stable;
    await clock.advance(61_000);
    started[3]!.die('it leaked');
    const next = ask();
    await clock.advance(1_000);
    expect(started).toHaveLength(5);
    started[4]!.serve();
    expect(await next).toBe(104);
  });

  it('pauses have full jitter', async () => {
    const { clock, started, ask } = setUp(() => 0);
    const first = ask();
    await settle();
    started[0]!.serve();
    await first;
    started[0]!.die('it exited');
    await settle();
    void ask();
    await clock.advance(1);
    expect(started).toHaveLength(2);
  });

  it('is ended when no configuration is open, and waiting ends with its caller', async () => {
    const { started, ask, keeper } = setUp();
    const stop = new AbortController();
    const waiting = ask(stop.signal);
    await settle();
    stop.abort(new Error('cancelled'));
    expect(await waiting).toMatchObject({ message: 'cancelled' });
    await keeper.release(1);
    expect(started[0]!.closedSoftly).toBe(true);
    expect(keeper.status()).toMatchObject({ pid: undefined, configurations: 0, restarts: 0, lastEnd: undefined });
  });
});

import { TargetLimits, type RequestLimits } from '../../connectors/engines/http/limits/target-limits.js';
import { generate, noise } from '../support/limited-load.js';
import { LimitedServer, type LimitedServerOptions } from '../support/limited-server.js';
import { ManualTimers } from '../support/manual-timers.js';

export interface LimitScenario {
  readonly name: string;
  readonly server: LimitedServerOptions;
  readonly limits: RequestLimits;
  /** Milliseconds a request is under way in one direction: the least and the most. */
  readonly latency: readonly [number, number];
  /** Independent clients, each with 8 operations. @default 1 */
  readonly clients?: number;
  /** Windows that are not counted, in which the limit gets to know the server. @default 2 */
  readonly learning?: number;
  /** The part of what is permitted that is to be reached; left out: whatever is. */
  readonly goal?: number;
}

export interface LimitFigures {
  readonly accepted: number;
  readonly permitted: number;
  readonly refused: number;
  /** Of all that was accepted, by client. */
  readonly byClient: readonly number[];
}

const WINDOWS = 20;
const OPERATIONS = 8;

/** So many windows after the first two, in time of its own; `refused` are those of the whole run. */
export async function runLimits({ server: options, limits, latency: [least, most], clients = 1, learning = 2 }: LimitScenario): Promise<LimitFigures> {
  const clock = new ManualTimers();
  const server = new LimitedServer(clock, options);
  const over = new AbortController();
  const random = noise(options.period + most);
  const byClient = Array.from({ length: clients }, () => 0);
  for (let client = 0; client < clients; client++) {
    const throttle = new TargetLimits(clock).open({ origin: 'https://example.com', identity: 'someone' }, limits);
    generate(clock, throttle, server, { operations: OPERATIONS, latency: () => least + random() * (most - least) }, over.signal, (status) => {
      if (status === 200) byClient[client] = (byClient[client] ?? 0) + 1;
    });
    // They do not begin together.
    await clock.advance(client === 0 ? 700 : 0);
  }
  const { limit, period, phase = 0 } = options;
  const from = learning * period + phase;
  await clock.advance(from + WINDOWS * period - clock.now());
  over.abort(new Error('The run is over.'));
  return { accepted: server.accepted.filter((at) => at >= from).length, permitted: WINDOWS * limit, refused: server.refused.length, byClient };
}

const minute = { limit: 60, period: 60_000, phase: 23_456, ahead: 7_321 };

const short = { limit: 30, windows: 'clock', reset: 'epochSeconds', phase: 321, ahead: 7_321 } as const;
const SHORT: readonly LimitScenario[] = [1_000, 2_000].flatMap((period) => [
  { name: `adaptive, 30 in ${period / 1_000} s, windows by the clock`, server: { ...short, period }, limits: {}, latency: [20, 60], learning: 20, goal: 0.99 },
  { name: `adaptive, 30 in ${period / 1_000} s, windows from the first request, 10 to 20 ms`, server: { ...short, period, windows: 'firstRequest' }, limits: {}, latency: [5, 10], learning: 20 },
  { name: `adaptive, 30 in ${period / 1_000} s, windows from the first request`, server: { ...short, period, windows: 'firstRequest' }, limits: {}, latency: [20, 60], learning: 20 },
] as const);

export const LIMIT_SCENARIOS: readonly LimitScenario[] = [
  { name: 'fixed 30/sec, no latency to speak of', server: { limit: 30, period: 1_000, windows: 'clock', reset: 'none' }, limits: { fixed: [{ rate: { count: 30, period: 1_000 } }], announced: 'off' }, latency: [1, 1], goal: 0.99 },
  { name: 'fixed 30/sec, latency 40 to 120 ms', server: { limit: 30, period: 1_000, windows: 'clock', reset: 'none' }, limits: { fixed: [{ rate: { count: 30, period: 1_000 } }], announced: 'off' }, latency: [20, 60], goal: 0.99 },
  { name: 'fixed 100/min, latency 40 to 120 ms', server: { limit: 100, period: 60_000, windows: 'clock', reset: 'none' }, limits: { fixed: [{ rate: { count: 100, period: 60_000 } }], announced: 'off' }, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, TeamDynamix: IMF date, windows from the first request', server: { ...minute, windows: 'firstRequest', reset: 'imfDate' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, the same with 200 to 600 ms', server: { ...minute, windows: 'firstRequest', reset: 'imfDate' }, limits: {}, latency: [100, 300], goal: 0.99 },
  { name: 'adaptive, IMF date, windows by the clock', server: { ...minute, windows: 'clock', reset: 'imfDate' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, seconds to wait, windows by the clock', server: { ...minute, windows: 'clock', reset: 'deltaSeconds' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, 1000 in 60 s, epoch seconds', server: { ...minute, limit: 1_000, windows: 'clock', reset: 'epochSeconds' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, 1000 in 60 s, windows from the first request', server: { ...minute, limit: 1_000, windows: 'firstRequest', reset: 'epochSeconds' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, 100 in 10 s, epoch seconds', server: { limit: 100, period: 10_000, phase: 4_321, windows: 'clock', reset: 'epochSeconds' }, limits: {}, latency: [20, 60], goal: 0.99 },
  { name: 'adaptive, 100 in 10 s, epoch milliseconds', server: { limit: 100, period: 10_000, phase: 4_321, windows: 'clock', reset: 'epochMilliseconds' }, limits: {}, latency: [20, 60], goal: 0.99 },
  ...SHORT,
  { name: 'adaptive, two clients that know nothing of each other', server: { ...minute, windows: 'firstRequest', reset: 'imfDate' }, limits: {}, latency: [20, 60], clients: 2 },
  { name: 'adaptive, two agents with half the budget each', server: { ...minute, windows: 'firstRequest', reset: 'imfDate' }, limits: { share: 0.5 }, latency: [20, 60], clients: 2, goal: 0.99 },
];

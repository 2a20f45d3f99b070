import type { OperationKind } from '../../protocol/model/index.js';
import { natureOf } from '../../protocol/session/admit-operation.js';
import type { Clock, SessionLog } from '../../protocol/session/contract.js';
import type { FacadeStage } from '../operations/facade-stage.js';
import { limitFacade } from './limited-facade.js';
import { LoadGuard, type LoadLimits } from './load-guard.js';
import { OperationPlaces, type PlaceLimits } from './operation-places.js';
import { defaultMemoryLimit, watchProcess, type ProcessLoad } from './process-load.js';

export interface OverloadLimits extends PlaceLimits, Omit<LoadLimits, 'memory'> {
  /** Bytes. @default most of what the machine has */
  readonly memory?: number | undefined;
}

export interface OverloadStatus {
  /** Why new reads are refused at this moment; absent when they are not. */
  readonly overloaded?: string;
  readonly running: number;
  readonly waiting: number;
  /** Operations refused as busy since the start. */
  readonly refused: number;
  readonly lagMs: number;
  readonly rss: number;
}

/** What keeps the agent from taking on more than it can do. */
export class OverloadProtection {
  /** Inside of everything that decides whether an operation may be, outside of what notes that it will be. */
  readonly stage: FacadeStage;
  readonly #places: OperationPlaces;
  readonly #load: ProcessLoad;
  readonly #guard: LoadGuard;
  readonly #running: Promise<void>;
  #turnedAway = 0;

  constructor(limits: OverloadLimits, { clock, log, load = watchProcess() }: { readonly clock: Clock; readonly log: SessionLog; readonly load?: ProcessLoad }) {
    this.#places = new OperationPlaces(limits, clock);
    this.stage = (facade, context) => limitFacade(facade, this.#places, context);
    this.#load = load;
    this.#guard = new LoadGuard({
      limits: { eventLoopLag: limits.eventLoopLag, memory: limits.memory ?? defaultMemoryLimit() }, clock, log, read: () => load.read(),
    });
    this.#running = this.#guard.run();
  }

  /** Why an operation is not taken on at this moment. Only reads are refused: a write is small, and somebody's work. */
  refusal(kind: OperationKind | undefined): string | undefined {
    const reason = this.#reason();
    if (reason === undefined || (kind !== undefined && natureOf(kind) === 'write')) return undefined;
    this.#turnedAway++;
    return `The agent is busy: ${reason}. Nothing was done. Try again later.`;
  }

  status(): OverloadStatus {
    const reason = this.#reason();
    const { lag, rss } = this.#guard.reading;
    const { running, waiting, refused } = this.#places;
    return { ...(reason === undefined ? {} : { overloaded: reason }), running, waiting, refused: refused + this.#turnedAway, lagMs: Math.round(lag), rss };
  }

  async close(): Promise<void> {
    this.#guard.close();
    await this.#running;
    this.#load.close();
  }

  /** Memory that was taken once may never be given back; so with nothing else under way, one more is always let in. */
  #reason(): string | undefined {
    return this.#guard.lag ?? (this.#places.running > 0 ? this.#guard.memory : undefined);
  }
}

import { createPeer } from '../../protocol/session/index.js';
import { after } from '../../protocol/session/clock.js';
import type { Clock, ConnectionGroup, ProtocolPeer, SessionLog } from '../../protocol/session/contract.js';
import { ConnectorError, type ConnectorFacade, type ConnectorKey, type ConnectorTarget } from '../../protocol/model/index.js';
import type { ConnectorLog } from '../../connectors/framework/index.js';
import { fromProcess, plainError, type FromProcess, type OpenMessage, type SpansMessage, type StartMessage, type ToProcess, type WaitMessage } from './control-messages.js';
import { PipeChannel } from './pipe-channel.js';
import { endOfExit, stuck, type ProcessEnd } from './process-end.js';
import { processLimits } from './process-limits.js';
import { ProcessWatch, type WatchBudget } from './process-watch.js';
import { quietLog } from './quiet-session.js';
import type { StartedProcess } from './spawn-process.js';

/** Until it serves. Milliseconds. */
const START_TIME = 30_000;
/** What a process gets to end by itself once its pipe is closed. Milliseconds. */
const EXIT_TIME = 3_000;
/** What a configuration's sessions get to be closed. Milliseconds. */
const DISPOSE_TIME = 10_000;

export interface ProcessBudget extends WatchBudget {
  /** Milliseconds a cancelled operation may go on. */
  readonly cancelGrace: number;
}

/** A configuration of the connector, and what the agent does for it. */
export interface OpenedConfiguration {
  readonly connectorKey: ConnectorKey;
  readonly handle: number;
  /** What requests name it by. */
  readonly facadeKey: string;
  /** Made only to be sent. */
  opening(): OpenMessage;
  readonly log: ConnectorLog;
  /** Throws a ConnectorError where the operation (or session) must not go there. */
  permit(call: number | undefined, target: ConnectorTarget): Promise<void>;
  /** The process says what was done for an operation, or that a request waits. */
  told(message: SpansMessage | WaitMessage): void;
  /** The process is gone, and what was under way in it has ended with this. */
  lost(failure: ConnectorError): void;
}

export interface ConnectorProcessOptions {
  readonly started: StartedProcess;
  readonly start: Omit<StartMessage, 'kind' | 'cancelGrace'>;
  readonly budget: ProcessBudget;
  readonly clock: Clock;
  readonly log: SessionLog;
}

/** One process of a connector, from its start to its end. */
export class ConnectorProcess {
  /** Resolves when it serves; rejects when it has ended before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<ProcessEnd>;
  readonly #options: ConnectorProcessOptions;
  readonly #channel: PipeChannel;
  readonly #watch: ProcessWatch;
  readonly #opened = new Map<number, OpenedConfiguration>();
  readonly #disposals = new Map<number, () => void>();
  #peer: ProtocolPeer | undefined;
  #group: ConnectionGroup | undefined;
  #servingSince: number | undefined;
  /** Decided by us, before the process is gone. */
  #verdict: ProcessEnd | undefined;
  #crashed = false;
  #end: ProcessEnd | undefined;
  #begin: { resolve(): void; reject(error: Error): void } = { resolve: () => undefined, reject: () => undefined };
  readonly #stopTimer: () => void;

  constructor(options: ConnectorProcessOptions) {
    const { started, start, budget, clock, log } = options;
    this.#options = options;
    this.ready = new Promise((resolve, reject) => { this.#begin = { resolve, reject }; });
    this.ready.catch(() => undefined);                    // told to those who wait for it
    this.#watch = new ProcessWatch({ memory: () => started.memory(), ping: () => { this.#channel.ping(); }, onOver: (end) => { this.#condemn(end); } }, budget, clock);
    this.#channel = new PipeChannel(started.pipe, { description: `process of connector ${start.connector}`, maxFrameBytes: start.maxFrameBytes }, {
      onControl: (message) => { this.#onControl(message); },
      onPong: (memory) => { this.#watch.heard(memory); },
      onClosed: () => { this.#onPipeClosed(); },
    });
    this.#tell({ ...start, kind: 'start', cancelGrace: budget.cancelGrace });
    this.#stopTimer = after(clock, START_TIME, log, () => { this.#condemn({ kind: 'start', why: `it did not come to work within ${START_TIME} ms` }); });
    this.ended = started.ended.then((exit) => {
      const end = this.#verdict ?? endOfExit(exit, budget.memory, this.#crashed);
      this.#gone(end);
      return end;
    });
  }

  get pid(): number | undefined {
    return this.#options.started.pid;
  }

  /** Bytes, as last seen. */
  get memory(): number | undefined {
    return this.#watch.memory;
  }

  /** Set before any operation hears of it. */
  get end(): ProcessEnd | undefined {
    return this.#end;
  }

  /** It serves, or is about to. */
  get isUsable(): boolean {
    return this.#verdict === undefined && this.#end === undefined && !this.#channel.isClosed;
  }

  get hasServed(): boolean {
    return this.#servingSince !== undefined;
  }

  /** Milliseconds; 0 when it never did. */
  get servedFor(): number {
    return this.#servingSince === undefined ? 0 : this.#options.clock.now() - this.#servingSince;
  }

  /** The facade of a configuration that is opened there if it is not yet. Once `ready`. */
  facade(configuration: OpenedConfiguration): ConnectorFacade {
    if (this.#group === undefined) throw new ConnectorError('connectionFailed', 'The process does not serve.');
    const { handle, connectorKey, facadeKey } = configuration;
    if (!this.#opened.has(handle)) {
      this.#opened.set(handle, configuration);
      this.#tell(configuration.opening());
    }
    return this.#group.facade(connectorKey, facadeKey);
  }

  /** Ends what is under way in a configuration and closes its sessions. Bounded in time, never rejects. */
  async dispose(handle: number): Promise<void> {
    if (!this.#opened.has(handle) || !this.isUsable) return;
    await new Promise<void>((resolve) => {
      const stop = after(this.#options.clock, DISPOSE_TIME, this.#options.log, resolve);
      this.#disposals.set(handle, () => {
        stop();
        resolve();
      });
      this.#tell({ kind: 'dispose', handle });
    });
    this.#disposals.delete(handle);
    this.#opened.delete(handle);
  }

  /** Lets it end by itself, for a while. Resolves when it is gone. */
  async shutDown(): Promise<void> {
    this.#verdict ??= { kind: 'closed', why: 'it was not needed any more' };
    this.#channel.end();
    this.#killLater();
    await this.ended;
  }

  #condemn(end: ProcessEnd): void {
    if (this.#verdict !== undefined || this.#end !== undefined) return;
    this.#verdict = end;
    this.#options.started.kill();
  }

  #onPipeClosed(): void {
    this.#killLater();
  }

  #killLater(): void {
    const { clock, log, started } = this.#options;
    const stop = after(clock, EXIT_TIME, log, () => { started.kill(); });
    this.ended.finally(stop).catch(() => undefined);
  }

  #gone(end: ProcessEnd): void {
    this.#end = end;
    this.#stopTimer();
    this.#watch.stop();
    this.#begin.reject(new ConnectorError('retryable', `The process ended before it served, because ${end.why}.`));
    for (const done of this.#disposals.values()) done();
    const failure = new ConnectorError('connectionBroken', `The process ended, because ${end.why}.`);
    for (const configuration of this.#opened.values()) configuration.lost(failure);
    // What was under way hears of it now.
    this.#peer?.close(`the process ended, because ${end.why}`).catch(() => undefined);
    this.#channel.destroy();
  }

  #onControl(content: unknown): void {
    try {
      this.#hear(fromProcess(content));
    } catch (error) {
      this.#condemn({ kind: 'exit', why: plainError(error).message });
    }
  }

  #hear(message: FromProcess): void {
    switch (message.kind) {
      case 'ready':
        this.#serve().catch((error: unknown) => { this.#condemn({ kind: 'start', why: `it cannot be talked to (${plainError(error).message})` }); });
        return;
      case 'unready':
        this.#condemn({ kind: 'start', why: `the connector cannot be loaded (${message.message})` });
        return;
      case 'disposed':
        this.#disposals.get(message.handle)?.();
        return;
      case 'permit':
        void this.#permit(message);
        return;
      case 'log':
        this.#log(message);
        return;
      case 'stuck':
        this.#condemn(stuck(message.operation, this.#options.budget.cancelGrace));
        return;
      case 'fatal':
        this.#crashed = true;
        this.#options.log.error({ pid: this.pid, message: message.message, stack: message.stack }, `An exception was thrown in the process of connector ${this.#options.start.connector} and nobody caught it.`);
        return;
      default:
        this.#opened.get(message.handle)?.told(message);
    }
  }

  async #serve(): Promise<void> {
    const { start, clock, log } = this.#options;
    this.#peer = createPeer({ role: 'dialler', limits: processLimits(start), clock, log: quietLog(log) });
    const { group } = await this.#peer.attach(this.#channel.socket, this.#channel.socket.description);
    this.#group = group;
    this.#servingSince = clock.now();
    this.#stopTimer();
    this.#watch.serving();
    this.#begin.resolve();
  }

  async #permit({ ask, handle, call, target }: Extract<FromProcess, { readonly kind: 'permit' }>): Promise<void> {
    try {
      const configuration = this.#opened.get(handle);
      if (configuration === undefined) throw new ConnectorError('permissionDenied', 'The configuration is closed.');
      await configuration.permit(call, target);
      this.#tell({ kind: 'permitted', ask });
    } catch (error) {
      this.#tell({ kind: 'permitted', ask, error: plainError(error) });
    }
  }

  #log({ level, handle, fields, message }: Extract<FromProcess, { readonly kind: 'log' }>): void {
    const log = (handle === undefined ? undefined : this.#opened.get(handle)?.log) ?? this.#options.log;
    log[level]({ ...fields, pid: this.pid }, message);
  }

  #tell(message: ToProcess): void {
    this.#channel.control(message);
  }
}

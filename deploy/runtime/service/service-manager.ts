import { writeSync } from 'node:fs';
import { NotifyUnreachable, notifyDescriptor } from './notify-descriptor.js';

/** How often the status is looked at where there is no watchdog. Milliseconds. */
const STATUS_INTERVAL = 5_000;
/** The service manager's queue is full: word that must arrive is sent again after this. Milliseconds. */
const RETRY_INTERVAL = 50;
/** What is said here must not reach what we start. */
const VARIABLES = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES'];

export interface ServiceManagerOptions {
  /** One line for people, asked for anew each time; sent when it has changed. */
  readonly status: () => string;
  /** @default process.env; what concerns the service manager is taken out of it */
  readonly environment?: NodeJS.ProcessEnv;
  readonly pid?: number;
  /** @default fs.writeSync */
  readonly write?: (descriptor: number, text: string) => void;
}

/**
 * Tells the service manager how this process does, in the protocol of sd_notify(3). Everything is nothing where no service
 * manager waits for it.
 */
export class ServiceManager {
  readonly #descriptor: number | undefined;
  readonly #status: () => string;
  readonly #write: (descriptor: number, text: string) => void;
  /** Milliseconds between two signs of life; undefined: none is wanted. */
  readonly #watchdog: number | undefined;
  /** Sent as soon as there is room, in this order. */
  readonly #waiting: string[] = [];
  #said = '';
  #timer: NodeJS.Timeout | undefined;

  /** Throws a NotifyUnreachable when a service manager waits and cannot be told. */
  constructor({ status, environment = process.env, pid = process.pid, write = writeSync }: ServiceManagerOptions) {
    this.#status = status;
    this.#write = write;
    this.#watchdog = watchdogInterval(environment, pid);
    try {
      this.#descriptor = notifyDescriptor(environment, pid);
    } finally {
      for (const name of VARIABLES) Reflect.deleteProperty(environment, name);
    }
  }

  /** Started. From now on signs of life are sent, and the status as it changes. */
  ready(): void {
    this.#mustArrive(['READY=1', ...this.#changedStatus()]);
    if (this.#descriptor !== undefined) this.#timer ??= setInterval(() => { this.#tick(); }, this.#watchdog ?? STATUS_INTERVAL).unref();
  }

  /** Reads its files again; `ready()` says that it has. */
  reloading(): void {
    this.#mustArrive(['RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`]);
  }

  /** Ends, within this many milliseconds. Signs of life go on until it has. */
  stopping(grace: number): void {
    this.#mustArrive(['STOPPING=1', `EXTEND_TIMEOUT_USEC=${Math.ceil(grace) * 1000}`, ...this.#changedStatus()]);
  }

  /** Says nothing any more. */
  close(): void {
    clearInterval(this.#timer);
  }

  /** After the poll phase, not only in a timer: what arrives at sockets is being looked at, too. */
  #tick(): void {
    setImmediate(() => {
      const lines = [...(this.#watchdog === undefined ? [] : ['WATCHDOG=1']), ...this.#changedStatus()];
      if (lines.length > 0 && this.#waiting.length === 0 && !this.#send(lines.join('\n'))) this.#said = '';
    });
  }

  #changedStatus(): string[] {
    const text = this.#status().replace(/\s+/g, ' ');
    if (text === this.#said) return [];
    this.#said = text;
    return [`STATUS=${text}`];
  }

  #mustArrive(lines: readonly string[]): void {
    this.#waiting.push(lines.join('\n'));
    if (this.#waiting.length === 1) this.#sendWaiting();
  }

  #sendWaiting(): void {
    for (let [next] = this.#waiting; next !== undefined; [next] = this.#waiting) {
      if (!this.#send(next)) {
        setTimeout(() => { this.#sendWaiting(); }, RETRY_INTERVAL);
        return;
      }
      this.#waiting.shift();
    }
  }

  /** False when it should be tried again. A service manager that is gone is no reason to end. */
  #send(text: string): boolean {
    if (this.#descriptor === undefined) return true;
    try {
      this.#write(this.#descriptor, text);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EAGAIN';
    }
  }
}

/**
 * As the constructor, but a service manager that cannot be told is only complained of: the process does its work all the same
 * until the manager gives it up.
 */
export function toldServiceManager(status: () => string, complain: (problem: string) => void): ServiceManager {
  try {
    return new ServiceManager({ status });
  } catch (error) {
    if (!(error instanceof NotifyUnreachable)) throw error;
    complain(error.message);
    return new ServiceManager({ status, environment: {} });
  }
}

/** Twice within the time after which the service manager ends us. sd_watchdog_enabled(3). */
function watchdogInterval(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  const microseconds = Number(environment['WATCHDOG_USEC'] ?? '');
  const isOurs = [undefined, String(pid)].includes(environment['WATCHDOG_PID']);
  return isOurs && Number.isInteger(microseconds) && microseconds > 0 ? Math.max(1, Math.floor(microseconds / 2000)) : undefined;
}

import { ConnectorError } from '../../../protocol/model/index.js';
import type { OpenContext } from '../../framework/spi.js';
import type { ClCommand } from './cl/command.js';
import { FOREVER, connectionLimits, type As400Config, type ConnectionLimits } from './config.js';
import { failedCommand } from './database/errors.js';
import { Db2Job } from './database/mapepire.js';

/** One connection of the pool, with what its limits are measured by. */
export interface As400Session {
  readonly config: As400Config;
  readonly job: Db2Job;
  /** The time zone of the IBM i as Java writes it, e.g. `GMT+05:30`. */
  readonly zone: string;
  readonly use: ConnectionUse;
}

/** Counts the uses of one connection, and ends the one under way when it lasts too long. */
export class ConnectionUse {
  readonly #limits: ConnectionLimits;
  readonly #opened = performance.now();
  readonly #giveUp: () => void;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #isOverdue = false;

  constructor(limits: ConnectionLimits, giveUp: () => void) {
    this.#limits = limits;
    this.#giveUp = giveUp;
  }

  /** False: it has lived or been used long enough. */
  get isGood(): boolean {
    return !this.#isOverdue && performance.now() - this.#opened < this.#limits.maxLifetime && this.#count < this.#limits.maxUseCount;
  }

  get isOverdue(): boolean {
    return this.#isOverdue;
  }

  begin(): void {
    this.end();
    this.#count++;
    if (this.#limits.maxUseTime > FOREVER) return;
    this.#timer = setTimeout(() => {
      this.#isOverdue = true;
      this.#giveUp();
    }, this.#limits.maxUseTime);
    this.#timer.unref();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

/** `-53000` (hours, minutes, seconds) → `GMT-05:30` */
export function zoneName(offset: number): string {
  if (offset === 0) return 'GMT';
  const digits = String(Math.abs(Math.trunc(offset))).padStart(6, '0');
  return `GMT${offset < 0 ? '-' : '+'}${digits.slice(0, 2)}:${digits.slice(2, 4)}`;
}

/** Dates in parameters have the format of the job, which is the system's own: ours is fixed. */
const DATE_FORMAT = "CHGJOB DATFMT(*MDY) DATSEP('/')";

async function prepare(job: Db2Job, signal: AbortSignal): Promise<string> {
  const { succeeded, answer } = await job.command(DATE_FORMAT, signal);
  if (!succeeded) throw new ConnectorError('connectionFailed', `The IBM i does not let its job be prepared (${DATE_FORMAT}): ${answer.error ?? 'it does not say why'}.`, { outcome: 'notApplied' });
  const row = await job.row('VALUES CURRENT TIMEZONE', [], signal);
  return zoneName(Number(Object.values(row ?? {})[0] ?? 0));
}

export async function open(config: As400Config, context: OpenContext): Promise<As400Session> {
  if (!config.isSecure) await context.shared('certificate', () => Promise.resolve(context.log.warn({ host: config.hostName }, 'isSecure is false: the certificate of the IBM i is not verified.')), () => Promise.resolve());
  const job = await Db2Job.open(config, context, context.signal);
  try {
    const zone = await prepare(job, context.signal);
    const use = new ConnectionUse(connectionLimits(config), () => { job.abandon(); });
    use.begin();
    return { config, job, zone, use };
  } catch (error) {
    job.close();
    throw error;
  }
}

export async function close({ job, use }: As400Session): Promise<void> {
  use.end();
  job.close();
  return Promise.resolve();
}

/** Asked before the connection is lent again. */
export async function isAlive({ job, use }: As400Session, signal: AbortSignal): Promise<boolean> {
  if (!use.isGood || !job.isOpen || !(await job.ping(signal))) return false;
  use.begin();
  return true;
}

/** Asked when the connection comes back. */
export async function reusable({ job, use }: As400Session): Promise<boolean> {
  use.end();
  return Promise.resolve(use.isGood && job.isOpen);
}

/** Runs a command. Throws what it was refused for. */
export async function run({ job, use, config }: As400Session, command: ClCommand, signal: AbortSignal): Promise<void> {
  try {
    const { succeeded, messages, answer } = await job.command(command.reveal(), signal);
    if (!succeeded) throw failedCommand(command, messages, answer);
  } catch (error) {
    if (!use.isOverdue || signal.aborted) throw error;
    throw new ConnectorError('operationTimeout', `The connection to the IBM i was closed, as ${command.toString()} took longer than maxUseTime, ${config.maxUseTime ?? -1} milliseconds.`, { cause: error, outcome: 'unknown' });
  }
}

import { ConnectorError, isWrite, type Operation } from '../../protocol/model/index.js';

/** Why a connector's process is no more. */
export interface ProcessEnd {
  /** `closed`: we wanted it so. `start`: it never came to work. */
  readonly kind: 'memory' | 'hang' | 'stuck' | 'start' | 'crash' | 'exit' | 'closed';
  /** Goes behind "because"; may be shown to anybody. */
  readonly why: string;
}

/** How the system saw a process end. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** V8's own word that the heap was full. */
  readonly heapExhausted: boolean;
  /** It could not be started at all. */
  readonly failure?: string | undefined;
}

const MIB = 1024 ** 2;

const mebibytes = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

export function overMemory(used: number, budget: number): ProcessEnd {
  return { kind: 'memory', why: `it used ${mebibytes(used)} of memory, over its budget of ${mebibytes(budget)} (isolation: memory)` };
}

export function hung(time: number): ProcessEnd {
  return { kind: 'hang', why: `it was busy with itself and did not answer for ${Math.round(time)} ms (isolation: hangTime)` };
}

export function stuck(operation: string, grace: number): ProcessEnd {
  return { kind: 'stuck', why: `an operation (${operation}) had been cancelled and did not end within ${grace} ms (isolation: cancelGrace)` };
}

/** `crashed`: it said that an exception went uncaught; what that was is for the agent's log only. */
export function endOfExit({ code, signal, heapExhausted, failure }: ProcessExit, budget: number, crashed: boolean): ProcessEnd {
  if (failure !== undefined) return { kind: 'start', why: `it could not be started (${failure})` };
  if (crashed) return { kind: 'crash', why: 'an exception was thrown in it that nobody caught (see the log of the agent)' };
  if (heapExhausted) return { kind: 'memory', why: `its objects took more memory than its budget of ${mebibytes(budget)} leaves for them (isolation: memory)` };
  if (signal === 'SIGKILL') return { kind: 'exit', why: 'it was killed (SIGKILL), by somebody or by the system for want of memory' };
  return { kind: 'exit', why: signal === null ? `it exited with code ${code ?? 'unknown'}` : `it was ended by ${signal}` };
}

/** What the caller of an operation is told whose process ended under it. */
export function endedDuring(connector: string, operation: Operation, what: string, { why }: ProcessEnd): ConnectorError {
  const ended = `The process of connector ${connector} ended during the ${what}, because ${why}.`;
  if (!isWrite(operation.kind)) return new ConnectorError('retryable', `${ended} Nothing was changed; the agent goes on and starts another one. Try again.`);
  return new ConnectorError('connectionBroken', `${ended} Whether the ${what} was carried out is unknown: look at the object before you repeat it.`, { outcome: 'unknown' });
}

/** Nothing was begun. */
export function notServed(connector: string, { why }: ProcessEnd, wait: number): ConnectorError {
  const next = wait > 0 ? `; another one is started in ${Math.ceil(wait / 1000)} s at the latest` : '';
  return new ConnectorError('retryable', `The process of connector ${connector} is not running: the last one ended, because ${why}${next}. Nothing was done; try again later.`, { outcome: 'notApplied' });
}

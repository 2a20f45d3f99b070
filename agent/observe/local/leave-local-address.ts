import type { Clock, SessionLog } from '../../../protocol/session/contract.js';
import { isDiskFull } from '../../audit/disk-reserve.js';
import { writeLocalAddress, type LocalAddress } from './local-files.js';

const AGAIN_MS = 30_000;

export interface LeavingParts {
  readonly directory: string;
  readonly clock: Clock;
  readonly log: SessionLog;
  /** @default the file system */
  readonly leave?: typeof writeLocalAddress | undefined;
}

/**
 * Leaves token and address for commands. An agent starts on a full disk, too: then they are left once there is room. Rejects with
 * any other error; what it resolves to ends when they are left or `signal` fires, and never rejects.
 */
export async function leaveLocalAddress(address: LocalAddress, parts: LeavingParts, signal: AbortSignal): Promise<{ readonly left: Promise<void> }> {
  const { directory, log, leave = writeLocalAddress } = parts;
  try {
    await leave(directory, address);
    return { left: Promise.resolve() };
  } catch (error) {
    if (!isDiskFull(error)) throw error;
    log.error({ directory }, 'The disk is full: token and address of the local server cannot be left, so that its commands and page do not reach this agent until there is room.');
    return { left: leaveLater(address, parts, signal) };
  }
}

async function leaveLater(address: LocalAddress, { directory, clock, log, leave = writeLocalAddress }: LeavingParts, signal: AbortSignal): Promise<void> {
  for (;;) {
    try {
      await clock.sleep(AGAIN_MS, signal);
    } catch {
      return;
    }
    try {
      await leave(directory, address);
      log.info({ directory }, 'Token and address of the local server are left now.');
      return;
    } catch (error) {
      if (!isDiskFull(error)) log.error({ directory, reason: (error as Error).message }, 'Token and address of the local server cannot be left.');
    }
  }
}

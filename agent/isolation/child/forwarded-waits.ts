import type { TargetWaits } from '../../../connectors/framework/index.js';
import type { WaitMessage } from '../control-messages.js';

export interface ForwardedWaitsOptions {
  readonly handle: number;
  /** What was sent before is still waiting to be read: a wait that begins now is not told of. */
  isLate(): boolean;
  send(message: WaitMessage): void;
}

const untold = (): void => undefined;

/** Waits of this process, counted by the agent as they begin and end. */
export function forwardedWaits({ handle, isLate, send }: ForwardedWaitsOptions): TargetWaits {
  let last = 0;
  return {
    begun: (cause) => {
      if (isLate()) return untold;
      const wait = ++last;
      send({ kind: 'waits', handle, wait, cause });
      return () => { send({ kind: 'waited', handle, wait }); };
    },
  };
}

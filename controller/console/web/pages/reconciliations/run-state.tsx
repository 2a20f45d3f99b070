import type { JSX } from 'preact';
import type { Run, RunState } from '../../api/synchronisation.ts';
import { Mark } from '../../components/mark.tsx';
import type { Tone } from '../../components/notice.tsx';

const STATES: Readonly<Record<RunState, readonly [Tone, string]>> = {
  ACTIVE: ['idle', 'running'], AWAITING_APPROVAL: ['warn', 'waits for approval'], SUCCESS: ['ok', 'done'], CANCELED: ['warn', 'cancelled'], FAILED: ['bad', 'failed'],
};

export function RunStateMark({ run: { state, statusSummary } }: { readonly run: Pick<Run, 'state' | 'statusSummary'> }): JSX.Element {
  const [tone, words] = STATES[state];
  return state === 'SUCCESS' && statusSummary.FAILURE > 0 ? <Mark tone="warn">done, with failures</Mark> : <Mark tone={tone}>{words}</Mark>;
}

/** What kind of run it is. */
export function kindOf({ dryRun, delta }: Pick<Run, 'dryRun' | 'delta'>): string {
  return [dryRun === true ? 'dry run' : undefined, delta === undefined ? undefined : 'delta'].filter((word) => word !== undefined).join(', ') || 'full';
}

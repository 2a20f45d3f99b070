import { ConnectorError } from '../../../../protocol/model/index.js';

/** One change of one group. */
export interface MembershipStep {
  /** For the report, e.g. `add to "cn=staff,dc=example,dc=com"`. */
  readonly description: string;
  run(): Promise<void>;
}

/**
 * Runs every step even when some fail, because each group stands for itself, and then reports exactly what was done and
 * what was not. `done` says what had happened to the entry before, e.g. `Created "uid=…" (uid …)`.
 */
export async function runMembershipSteps(done: string, steps: readonly MembershipStep[], signal: AbortSignal): Promise<void> {
  const succeeded: string[] = [];
  const failed: { readonly description: string; readonly error: unknown }[] = [];
  for (const step of steps) {
    try {
      signal.throwIfAborted();
      await step.run();
      succeeded.push(step.description);
    } catch (error) {
      failed.push({ description: step.description, error });
      // Nothing more can be done on a dead connection or for a caller that has gone.
      if (signal.aborted || (error instanceof ConnectorError && error.retryable)) break;
    }
  }
  const [first] = failed;
  if (first === undefined) return;
  const skipped = steps.slice(succeeded.length + failed.length).map(({ description }) => description);
  const parts = [
    `${done}, but its group memberships are incomplete.`,
    `Failed: ${failed.map(({ description, error }) => `${description} (${error instanceof Error ? error.message : String(error)})`).join('; ')}.`,
    skipped.length === 0 ? '' : `Not tried: ${skipped.join('; ')}.`,
    succeeded.length === 0 ? '' : `Done: ${succeeded.join('; ')}.`,
  ];
  // Never a retryable kind: repeating the whole request (a create, say) is not what completes it.
  const kind = first.error instanceof ConnectorError && !first.error.retryable ? first.error.kind : 'connector';
  throw new ConnectorError(kind, parts.filter((part) => part !== '').join(' '), { cause: first.error });
}

/**
 * What holds a request to a target back: `limit`, the rate that the configuration or the target itself allows; `429` and `503`, the
 * pause after such an answer, before the same request is sent once more.
 */
export const WAIT_CAUSES = ['limit', '429', '503'] as const;
export type WaitCause = (typeof WAIT_CAUSES)[number];

/** Told of requests that wait before they are sent, where somebody counts them. */
export interface TargetWaits {
  /** A wait has begun. What it returns is called when it is over, however it ended; a second call changes nothing. */
  begun(cause: WaitCause): () => void;
}

/** The pause, told to whoever counts them. */
export async function toldWait(waits: TargetWaits | undefined, cause: WaitCause, pause: () => Promise<void>): Promise<void> {
  const over = waits?.begun(cause);
  try {
    await pause();
  } finally {
    over?.();
  }
}

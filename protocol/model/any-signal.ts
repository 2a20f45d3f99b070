/**
 * What each combined signal follows. Node refers to the sources of `AbortSignal.any` only weakly: a time limit to which
 * nobody else refers is collected before it fires, and the wait it should have ended has no end (nodejs/node#57736).
 */
const followed = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/** Fires as soon as one of these does, with its reason. */
export function anySignal(...signals: readonly AbortSignal[]): AbortSignal {
  // eslint-disable-next-line no-restricted-properties -- the one place
  const combined = AbortSignal.any([...signals]);
  followed.set(combined, signals);
  return combined;
}

/**
 * Runs `work` under the signal of its owner and a limit in milliseconds. For owners that live long: each combined signal
 * leaves some 60 bytes with its sources for as long as they live.
 */
export async function underLimit<T>(owner: AbortSignal, limit: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const own = new AbortController();
  const onEnd = (): void => own.abort(owner.reason);
  const timer = setTimeout(() => own.abort(new DOMException(`No answer within ${limit} ms`, 'TimeoutError')), limit);
  owner.addEventListener('abort', onEnd, { once: true });
  try {
    if (owner.aborted) onEnd();
    return await work(own.signal);
  } finally {
    clearTimeout(timer);
    owner.removeEventListener('abort', onEnd);
  }
}

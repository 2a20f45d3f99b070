/**
 * The outcome of a step, unless the signal fires first: then its reason. For steps that cannot be called back, or that others wait for too;
 * what becomes of the step is not known then, and its own failure is of no interest any more.
 */
export function abortable<T>(step: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason as Error);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    step.then(resolve, reject).finally(() => signal.removeEventListener('abort', aborted));
  });
}

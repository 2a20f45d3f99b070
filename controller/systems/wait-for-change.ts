import type { FacadeMembers } from './facade-members.js';

/** Resolves when members have changed, the time is over, or the signal fires. */
export async function changeOf(members: FacadeMembers, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stop = (): void => undefined;
  await new Promise<void>((resolve) => {
    const onEnd = (): void => { resolve(); };
    const timer = setTimeout(onEnd, milliseconds);
    const stopListening = members.onChange(onEnd);
    signal.addEventListener('abort', onEnd, { once: true });
    stop = () => {
      clearTimeout(timer);
      stopListening();
      signal.removeEventListener('abort', onEnd);
    };
  });
  stop();
}

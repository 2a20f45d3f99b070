/** Wall clock as it was at the first call, going on by itself: the system's may be set, by hours, at any time. Milliseconds since 1970. */
export function steadyClock(): () => number {
  const origin = Date.now() - performance.now();
  return () => origin + performance.now();
}

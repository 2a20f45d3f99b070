/** Runs `count` calls, so many at a time; milliseconds of each. */
export async function timedCalls(count: number, concurrency: number, one: (number: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (next < count) {
      const number = next++;
      const startedAt = performance.now();
      await one(number);
      taken.push(performance.now() - startedAt);
    }
  }));
  return taken;
}

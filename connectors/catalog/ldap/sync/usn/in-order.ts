/** Something that happened at an update sequence number. */
export interface Numbered { readonly usn: number }

/** Things held in memory at once, more or less. */
const MOST = 250;
const WIDEST = 2 ** 40;

/** Undefined when there are more than `most`. */
async function atMost<T>(items: AsyncIterable<T>, most: number): Promise<T[] | undefined> {
  const list: T[] = [];
  for await (const item of items) {
    if (list.length >= most) return undefined;
    list.push(item);
  }
  return list;
}

/**
 * What a source has from `from` to `to`, in order, in bounded memory. A directory answers in any order, and sorting there
 * takes a table of all results; so it is asked for a range of numbers at a time, and no two things share a number. Ranges widen
 * where there is little and narrow where there is much.
 */
export async function* inOrder<T extends Numbered>(read: (from: number, to: number) => AsyncIterable<T>, from: number, to: number, most = MOST): AsyncGenerator<readonly T[], void, void> {
  let width = most;
  let start = from;
  while (start <= to) {
    const end = Math.min(start + width - 1, to);
    const found = await atMost(read(start, end), width > most ? most : Infinity);
    if (found === undefined) {
      width = Math.max(most, Math.floor(width / 8));
      continue;
    }
    yield found.sort((a, b) => a.usn - b.usn);
    start = end + 1;
    if (found.length < most / 4) width = Math.min(width * 4, WIDEST);
  }
}

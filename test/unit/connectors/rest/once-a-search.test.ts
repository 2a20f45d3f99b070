import { describe, expect, it } from 'vitest';
import { onceASearch } from '../../../../connectors/engines/rest/once-a-search.js';

describe('what serves all objects of a search', () => {
  it('is made once for a search and a key, and anew for others', async () => {
    let made = 0;
    const make = async (): Promise<number> => ++made;
    const [one, other] = [{}, {}];
    expect(await Promise.all([onceASearch(one, 'a', make), onceASearch(one, 'a', make), onceASearch(one, 'b', make), onceASearch(other, 'a', make)])).toEqual([1, 1, 2, 3]);
  });

  it('that could not be made fails for all of them', async () => {
    const search = {};
    const broken = (): Promise<never> => Promise.reject(new Error('broken'));
    const found = await Promise.allSettled([onceASearch(search, 'a', broken), onceASearch(search, 'a', async () => 1)]);
    expect(found.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

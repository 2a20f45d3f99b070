import { describe, expect } from 'vitest';
import { LARGE_ROWS } from './acceptance-data.js';
import type { Proofs } from './proof.js';

const COMPLETE = { status: 200, objects: LARGE_ROWS, cut: undefined, end: { resultCount: LARGE_ROWS, pagedResultsCookie: null } };
const LIMIT = 180_000;

/** Results that are larger than any buffer along the way. */
export function describeLargeQueries({ world, proves }: Proofs): void {
  describe('large queries', () => {
    for (const [connector, system] of [['csv', 'large'], ['ldap', 'crowd']] as const) {
      proves('search', connector, `${LARGE_ROWS} objects of ${system} arrive, each of them`, async () => {
        expect(await world().rest.stream(`/openidm/system/${system}/account?_queryFilter=true`)).toMatchObject(COMPLETE);
      }, LIMIT);

      proves('search', connector, `a slow reader of ${system} gets everything`, async () => {
        let seen = 0;
        const answer = await world().rest.stream(`/openidm/system/${system}/account?_queryFilter=true`, {
          // Nothing is read for three seconds, and little for a while: far longer than a Java server waits for its socket.
          onProgress: async (objects) => {
            const isFirst = seen === 0;
            seen = objects;
            if (isFirst) await new Promise((resolve) => setTimeout(resolve, 3_000));
            else if (objects < LARGE_ROWS / 4) await new Promise((resolve) => setTimeout(resolve, 5));
          },
        });
        expect(answer).toMatchObject(COMPLETE);
      }, LIMIT);
    }

    proves('search-stopped', 'csv', 'a reader who leaves stops the query, and the next one is served', async () => {
      await expect(world().rest.stream('/openidm/system/large/account?_queryFilter=true', { timeout: 60_000, onProgress: () => { throw new Error('I leave'); } })).resolves.toMatchObject({ cut: 'I leave' });
      expect(await world().ok('large/account/person7?_fields=badge')).toEqual({ _id: 'person7', badge: 7 });
    }, LIMIT);
  });
}

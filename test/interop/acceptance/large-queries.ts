import { describe, expect } from 'vitest';
import type { StreamedQuery, StreamOptions } from '../../support/rest-client.js';
import { LARGE_ROWS } from './acceptance-data.js';
import type { Proofs } from './proof.js';

const COMPLETE = { status: 200, objects: LARGE_ROWS, cut: undefined, end: { resultCount: LARGE_ROWS, pagedResultsCookie: null } };
const LIMIT = 180_000;

/** A server under load may give a search up more than once. */
const ATTEMPTS = 6;

/** Results that are larger than any buffer along the way. */
export function describeLargeQueries({ world, proves, expected }: Proofs): void {
  /** The whole answer. What a Java server gives up on the way is an error, never a short answer; the caller asks again. */
  async function whole(system: string, options: () => StreamOptions = () => ({})): Promise<StreamedQuery> {
    const attempts = expected('search-given-up', 1, ATTEMPTS);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await world().rest.stream(`/openidm/system/${system}/account?_queryFilter=true`, options());
      const isGivenUp = answer.cut !== undefined && (answer.end === undefined || 'error' in answer.end);
      if (!isGivenUp || attempt === attempts) return answer;
      expect(answer.end).toMatchObject({ error: { code: 503, detail: { connectorMessage: expect.stringContaining('incomplete') as string } } });
    }
  }

  describe('large queries', () => {
    for (const [connector, system] of [['csv', 'large'], ['ldap', 'crowd']] as const) {
      proves('search', connector, `${LARGE_ROWS} objects of ${system} arrive, each of them`, async () => {
        expect(await whole(system)).toMatchObject(COMPLETE);
      }, LIMIT);

      proves('search', connector, `a slow reader of ${system} gets everything`, async () => {
        // Nothing is read for three seconds, and little for a while: far longer than a Java server waits for its socket.
        const slowly = (): StreamOptions => {
          let seen = 0;
          return {
            onProgress: async (objects) => {
              const pause = seen === 0 ? 3_000 : objects < LARGE_ROWS / 4 ? 5 : 0;
              seen = objects;
              if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
            },
          };
        };
        const answer = await whole(system, slowly);
        expect(answer).toMatchObject(COMPLETE);
      }, LIMIT);
    }

    proves('search-stopped', 'csv', 'a reader who leaves stops the query, and the next one is served', async () => {
      await expect(world().rest.stream('/openidm/system/large/account?_queryFilter=true', { timeout: 60_000, onProgress: () => { throw new Error('I leave'); } })).resolves.toMatchObject({ cut: 'I leave' });
      expect(await world().ok('large/account/person7?_fields=badge')).toEqual({ _id: 'person7', badge: 7 });
    }, LIMIT);
  });
}

import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { reportRows } from '../../../../controller/reconciliation/report/report-rows.js';
import type { QueryRequest } from '../../../../controller/crest/request.js';
import { SITUATIONS } from '../../../../controller/mappings/situations.js';
import { startRecon, type Recon } from '../start-recon.js';

/**
 * Every situation as the tables of idm-rest.md section 7.4 give it, object by object, against what the database finds for all at once.
 */
interface World {
  readonly sources: readonly { readonly uid: string | undefined; readonly isValid: boolean; readonly isListed: boolean }[];
  readonly targets: readonly { readonly uid: string; readonly isValid: boolean; readonly isListed: boolean }[];
  /** Places of a source and a target; beyond the ends: objects that are not there. */
  readonly links: readonly (readonly [number, number])[];
}

interface Judged { readonly side: string; readonly situation: string; readonly source: string | null; readonly target: string | null }

const uid = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
const world: fc.Arbitrary<World> = fc.record({
  sources: fc.array(fc.record({ uid: fc.option(uid, { nil: undefined }), isValid: fc.boolean(), isListed: fc.boolean() }), { minLength: 1, maxLength: 7 }),
  targets: fc.array(fc.record({ uid, isValid: fc.boolean(), isListed: fc.boolean() }), { maxLength: 7 }),
  links: fc.uniqueArray(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 5, selector: ([source]) => source }).map((pairs) => pairs.filter(([, target], index) => pairs.findIndex(([, other]) => other === target) === index)),
});

const sourceId = (place: number): string => `s${place}`;
const targetId = (place: number): string => `t${place}`;

/** The tables, read line by line. Only listed objects are in the queries; the others are found by their ids. */
// eslint-disable-next-line complexity -- a line for each line of the tables
function expected({ sources, targets, links }: World): Judged[] {
  const judged: Judged[] = [];
  const met = new Set<number>();
  const claimed = new Set<number>();
  const targetOf = new Map(links);
  const sourceOf = new Map(links.map(([source, target]) => [target, source]));
  const judge = (situation: string, source: number, target?: number, isMet = true): void => {
    if (target !== undefined && isMet) met.add(target);
    judged.push({ side: 'source', situation, source: sourceId(source), target: target === undefined ? null : targetId(target) });
  };
  const correlated = (value: string | undefined): number[] => targets.flatMap((target, place) => (value !== undefined && target.isListed && target.uid === value ? [place] : []));
  const claims = (place: number): boolean => {
    const source = sources[place];
    return source !== undefined && source.isListed && source.isValid && !targetOf.has(place) && correlated(source.uid).length === 1;
  };
  for (const [place, source] of sources.entries()) {
    if (!source.isListed) continue;
    const linked = targetOf.get(place);
    if (linked !== undefined) {
      const isThere = targets[linked] !== undefined;
      judge(!source.isValid ? 'UNQUALIFIED' : isThere ? 'CONFIRMED' : 'MISSING', place, isThere ? linked : undefined);
      continue;
    }
    const found = correlated(source.uid);
    const [target] = found;
    if (target === undefined) judge(source.isValid ? 'ABSENT' : 'SOURCE_IGNORED', place);
    else if (found.length > 1) {
      for (const one of found) met.add(one);
      judge(source.isValid ? 'AMBIGUOUS' : 'UNQUALIFIED', place);
    } else if (!source.isValid) {
      const isOthers = sourceOf.has(target) || sources.some((other, index) => other.uid === source.uid && claims(index));
      judge('UNQUALIFIED', place, isOthers ? undefined : target);
    } else if (sourceOf.has(target) || claimed.has(target)) judge('FOUND_ALREADY_LINKED', place, target);
    else {
      claimed.add(target);
      judge('FOUND', place, target);
    }
  }
  for (const [place, target] of targets.entries()) {
    if (!target.isListed || met.has(place)) continue;
    const source = sourceOf.get(place);
    const object = source === undefined ? undefined : sources[source];
    const situation = !target.isValid ? 'TARGET_IGNORED' : source === undefined ? 'UNASSIGNED' : object === undefined ? 'SOURCE_MISSING' : object.isValid ? 'CONFIRMED' : 'UNQUALIFIED';
    judged.push({ side: 'target', situation, source: source === undefined ? null : sourceId(source), target: targetId(place) });
  }
  return judged;
}

let recon: Recon | undefined;
afterEach(() => recon?.stop());

const byText = (judged: readonly Judged[]): string[] => judged.map((one) => JSON.stringify(one)).sort();

it('finds for whole sets what the tables say about each object', async () => {
  await fc.assert(fc.asyncProperty(world, async (each) => {
    recon = await startRecon({
      allowEmptySourceSet: true, validSource: '/source/mail pr', validTarget: '/target/mail pr', sourceQuery: { _queryFilter: 'kind eq "listed"' }, targetQuery: { _queryFilter: 'kind eq "listed"' },
      policies: SITUATIONS.map((situation) => ({ situation, action: 'REPORT' })),
    });
    const attributes = (object: { readonly uid: string | undefined; readonly isValid: boolean; readonly isListed: boolean }): Record<string, string> => ({
      ...(object.uid === undefined ? {} : { uid: object.uid }), ...(object.isValid ? { mail: 'x' } : {}), kind: object.isListed ? 'listed' : 'other',
    });
    for (const [place, source] of each.sources.entries()) recon.source.add(sourceId(place), attributes(source), sourceId(place));
    for (const [place, target] of each.targets.entries()) recon.target.add(targetId(place), attributes(target), targetId(place));
    await recon.database.query('insert into link (link_type, link_qualifier, first_id, second_id, first_key, second_key) select $1, $2, v.s, v.t, v.s, v.t from unnest($3::text[], $4::text[]) as v (s, t)',
      ['m', 'default', each.links.map(([source]) => sourceId(source)), each.links.map(([, target]) => targetId(target))]);
    const summary = await recon.run();
    expect(summary['state']).toBe('SUCCESS');
    expect(byText(await reported(recon, summary['_id'] as string))).toEqual(byText(expected(each)));
    await recon.stop();
    recon = undefined;
  }), { numRuns: 60 });
}, 120_000);

async function reported({ service, database }: Recon, id: string): Promise<Judged[]> {
  const { number } = await service.record(id);
  const request = { kind: 'query', by: { kind: 'id', id: 'query-all' }, sortKeys: [], pageSize: 0, pagedResultsCookie: undefined, pagedResultsOffset: 0 } as unknown as QueryRequest;
  const found: Judged[] = [];
  for await (const { content } of reportRows(database, number, { id, mapping: 'm', source: 'S', target: 'T' }, request, AbortSignal.timeout(10_000))) {
    found.push({ side: content['reconciling'] as string, situation: content['situation'] as string, source: local(content['sourceObjectId']), target: local(content['targetObjectId']) });
  }
  return found;
}

function local(id: unknown): string | null {
  return typeof id === 'string' ? id.slice(2) : null;
}

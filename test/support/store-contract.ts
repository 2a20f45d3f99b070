import { describe, expect, it } from 'vitest';
import type { QueryRequest, RequestHandler, RequestOf, Resource } from '../../controller/crest/request.js';
import { matchesFilter } from '../../controller/crest/evaluate-query-filter.js';
import { parseQueryFilter } from '../../controller/crest/parse-query-filter.js';
import type { JsonObject } from '../../controller/crest/json.js';
import { linkRequests } from '../../controller/reconciliation/link-requests.js';
import { AuditLog } from '../../controller/store/audit-log.js';
import { auditRequests } from '../../controller/store/audit-requests.js';
import { removeOldEntries } from '../../controller/store/audit-retention.js';
import type { Database } from '../../controller/store/database/database.js';
import { CASE_SENSITIVE, useLinkRules } from '../../controller/store/link-keys.js';
import { LinkTable } from '../../controller/store/link-table.js';
import { DeadLetters } from '../../controller/sync/dead-letters.js';
import { synchronisationStateRequests } from '../../controller/sync/state-requests.js';
import { SyncStageStore } from '../../controller/sync/sync-stage-store.js';

const context = { signal: new AbortController().signal, caller: 'tester', transactionId: 't' };
const EITHER_CASE = { firstCaseSensitive: false, secondCaseSensitive: false };

async function asked(handler: RequestHandler, path: string[], filter: string, more: Partial<QueryRequest> = {}): Promise<{ rows: Resource[]; cookie: string | null; total: number }> {
  const answer = await handler({
    kind: 'query', path, fields: [], parameters: new Map(), by: { kind: 'filter', filter: parseQueryFilter(filter) }, sortKeys: [], pageSize: 0,
    pagedResultsCookie: undefined, pagedResultsOffset: 0, totalPagedResultsPolicy: 'NONE', ...more,
  }, context);
  if (answer.kind !== 'query') throw new Error('no rows');
  const rows: Resource[] = [];
  for (;;) {
    const step = await answer.rows.next();
    if (step.done === true) return { rows, cookie: step.value.pagedResultsCookie, total: step.value.totalPagedResults };
    rows.push(step.value);
  }
}

/** What holds of links, stages, letters and audit in every database. `fresh` answers one that is migrated and empty. */
export function storeContract(fresh: () => Promise<Database>): void {
  describe('links', () => {
    it('are never moved silently, and one of each id', async () => {
      const table = new LinkTable(await fresh(), 'm', CASE_SENSITIVE);
      await table.add('a', 'x');
      await table.add('a', 'x');
      await expect(table.add('a', 'y')).rejects.toThrow('a is linked to x already');
      await expect(table.add('b', 'x')).rejects.toThrow('x is linked to a already');
      await table.remove({ firstId: 'a', secondId: 'y' });
      await table.add('A', 'X');
      expect([await table.size(), await table.byFirst('a'), await table.bySecond('X')]).toEqual([2, { firstId: 'a', secondId: 'x' }, { firstId: 'A', secondId: 'X' }]);
      await table.remove({ firstId: 'a', secondId: 'x' });
      expect([await table.size(), await table.byFirst('a')]).toEqual([1, undefined]);
    });

    it('hold for one of those who link the same object at once', async () => {
      const table = new LinkTable(await fresh(), 'm', CASE_SENSITIVE);
      const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => table.add('a', `x${index}`)));
      expect([results.filter(({ status }) => status === 'fulfilled').length, await table.size()]).toEqual([1, 1]);
    });

    it('are found by any id, whatever characters it has, many at a time, in either case where the mapping says so', async () => {
      const database = await fresh();
      const table = new LinkTable(database, 'm', EITHER_CASE);
      const ids = ['cn=Ä\\,"x",o=y', "o'brien; DROP TABLE link", '{a,b}', '%_'];
      for (const id of ids) await table.add(id, `to ${id}`);
      const found = await table.byFirsts([...ids.map((id) => id.toUpperCase()), 'none']);
      expect([...found.values()].map(({ firstId }) => firstId)).toEqual(ids);
      expect((await table.bySeconds(['TO %_'])).get('TO %_')).toEqual({ firstId: '%_', secondId: 'to %_' });
      expect(await new LinkTable(database, 'other', EITHER_CASE).byFirst('%_')).toBeUndefined();
      expect(await new LinkTable(database, 'm', EITHER_CASE, 'other').byFirst('%_')).toBeUndefined();
    });

    it('are kept or undone with the transaction they are written by', async () => {
      const database = await fresh();
      const table = new LinkTable(database, 'm', CASE_SENSITIVE);
      await expect(database.transaction(async (tx) => {
        await table.using(tx).add('a', 'x');
        await new SyncStageStore(tx).write('system/s/account', { revision: 1 });
        expect(await table.using(tx).byFirst('a')).toEqual({ firstId: 'a', secondId: 'x' });
        throw new Error('undone');
      })).rejects.toThrow('undone');
      expect([await table.size(), await new SyncStageStore(database).sources()]).toEqual([0, []]);
    });

    it('follow a mapping that compares ids otherwise, unless two of them are one then', async () => {
      const database = await fresh();
      await useLinkRules(database, 'm', CASE_SENSITIVE);
      const strict = new LinkTable(database, 'm', CASE_SENSITIVE);
      await strict.add('Ann', 'X');
      await useLinkRules(database, 'm', EITHER_CASE);
      expect(await new LinkTable(database, 'm', EITHER_CASE).byFirst('ANN')).toEqual({ firstId: 'Ann', secondId: 'X' });
      await useLinkRules(database, 'm', CASE_SENSITIVE);
      expect([await strict.byFirst('ANN'), await strict.byFirst('Ann')]).toEqual([undefined, { firstId: 'Ann', secondId: 'X' }]);
      await strict.add('ann', 'y');
      await expect(useLinkRules(database, 'm', EITHER_CASE)).rejects.toThrow('1 links of m are of the same objects as others');
      expect([await strict.byFirst('ann'), await strict.byFirst('Ann')]).toEqual([{ firstId: 'ann', secondId: 'y' }, { firstId: 'Ann', secondId: 'X' }]);
    });

    it('can be asked for page by page, made and removed at repo/link', async () => {
      const database = await fresh();
      const handler = linkRequests(database);
      const create = (content: JsonObject) => handler({ kind: 'create', path: [], fields: [], parameters: new Map(), content, explicit: false }, context);
      for (let index = 0; index < 7; index += 1) await create({ linkType: 'm', firstId: `a"${index}`, secondId: `x\\${index}` });
      await expect(create({ linkType: 'm', firstId: 'a"1', secondId: 'other' })).rejects.toMatchObject({ code: 412 });
      await expect(create({ linkType: 'm', firstId: 'b' })).rejects.toMatchObject({ code: 400 });
      const ids = new Set<string>();
      let cookie: string | null = '';
      let pages = 0;
      for (; cookie !== null; pages += 1) {
        const page: Awaited<ReturnType<typeof asked>> = await asked(handler, [], 'linkType eq "m"', { pageSize: 3, pagedResultsCookie: cookie, totalPagedResultsPolicy: 'EXACT' });
        for (const { id } of page.rows) ids.add(id);
        expect(page.total).toBe(7);
        cookie = page.cookie;
      }
      expect([ids.size, pages]).toEqual([7, 3]);
      await expect(asked(handler, [], 'true', { pageSize: 3, pagedResultsCookie: 'nonsense' })).rejects.toMatchObject({ code: 400 });
      const { rows: [one] } = await asked(handler, [], 'linkType eq "m" and linkQualifier eq "default" and firstId eq "a\\"3"');
      expect(one).toMatchObject({ content: { linkType: 'm', linkQualifier: 'default', firstId: 'a"3', secondId: 'x\\3' }, revision: '0' });
      const remove = (revision?: string): RequestOf<'delete'> => ({ kind: 'delete', path: [one?.id ?? ''], fields: [], parameters: new Map(), revision });
      await expect(handler(remove('4'), context)).rejects.toMatchObject({ code: 412 });
      await handler(remove('0'), context);
      await expect(handler(remove(), context)).rejects.toMatchObject({ code: 404 });
      expect((await asked(handler, [], 'firstId sw "A"', { sortKeys: [{ pointer: ['secondId'], ascending: false }], pageSize: 2 })).rows.map(({ content }) => content['secondId'])).toEqual(['x\\6', 'x\\5']);
    });
  });

  describe('stages and dead letters', () => {
    it('come back with whatever is in them', async () => {
      const database = await fresh();
      const record = { text: 'NUL \u0000 and "quotes"', exact: 12_345_678_901_234_567_890n };
      const letter = { token: 't'.repeat(5_000), systemIdentifier: 'hr', objectType: 'account', uid: 'u', failedRecord: record, failureCause: 'no' };
      const letters = new DeadLetters(database);
      await letters.add(letter);
      expect(await letters.add(letter)).toBe(letter.token);
      expect([await letters.read('hr', letter.token), await letters.tokens('hr'), await letters.counts()]).toEqual([letter, [letter.token], new Map([['hr', 1]])]);
      const other = await letters.add({ ...letter, uid: 'other' });
      expect([other, (await letters.read('hr', letter.token))?.['uid'], (await letters.read('hr', other))?.['uid']]).toEqual([`${letter.token}/account/other`, 'u', 'other']);
      await letters.remove('hr', other);
      const requests = synchronisationStateRequests(new SyncStageStore(database), letters);
      const remove: RequestOf<'delete'> = { kind: 'delete', path: ['synchronisation', 'deadLetterQueue', 'hr', letter.token], fields: [], parameters: new Map(), revision: undefined };
      expect(await requests(remove, context)).toMatchObject({ resource: { content: { uid: 'u' } } });
      await expect(requests(remove, context)).rejects.toMatchObject({ code: 404 });
      expect(await letters.counts()).toEqual(new Map());
      const stages = new SyncStageStore(database);
      await stages.write('system/hr/account', { revision: 1, connectorData: record });
      await stages.write('system/hr/account', { revision: 2, connectorData: record });
      expect(await stages.read('system/hr/account')).toEqual({ revision: 2, connectorData: record });
      await stages.delete('system/hr/account');
      expect([await stages.read('system/hr/account'), await stages.sources()]).toEqual([undefined, []]);
    });
  });

  describe('audit', () => {
    const entries: JsonObject[] = [
      { _id: '1', reconId: 'R1', status: 'SUCCESS', count: 3, tags: ['Alpha', 'beta'], nested: { flag: true } },
      { _id: '2', reconId: 'r2', status: 'failure', count: 10, tags: [], nested: { flag: false }, message: null },
      { _id: '3', reconId: 'r2', status: "x'); DROP TABLE audit_entry; --", count: 2.5, message: 'with % and _ and "quotes"' },
      { _id: '4', status: 'NUL \u0000 in it', count: 1_234_567_890_123_456_789n },
    ];
    const filters = [
      'true', 'false', 'status eq "success"', 'status sw "FAIL"', 'status co "drop table"', '!(status eq "SUCCESS")', 'count gt 2.5', 'count le 3', 'count eq 1234567890123456789', 'count eq "3"',
      'tags eq "ALPHA"', 'tags co "ET"', 'tags pr', 'message pr', 'nested/flag eq true', 'nested/flag eq "true"', 'reconId eq "r2" and count lt 5', 'reconId eq "r1" or status eq "failure"', '!(reconId eq "r2")',
      'missing eq "x"', 'status gt "g"', 'message co "%"', 'message co "x%y"', 'status eq "x\'); DROP TABLE audit_entry; --"', '/_id eq "3"', 'nested pr',
    ];

    it('finds what the same filter matches elsewhere', async () => {
      const database = await fresh();
      const log = new AuditLog(database, 'recon');
      for (const entry of entries) await log.write(entry);
      await log.close();
      const handler = auditRequests(database);
      for (const filter of filters) {
        const expected = entries.filter((entry) => matchesFilter(parseQueryFilter(filter), entry)).map(({ _id }) => _id);
        expect([filter, (await asked(handler, ['recon'], filter)).rows.map(({ id }) => id)]).toEqual([filter, expected]);
      }
      expect((await asked(handler, ['sync'], 'true')).rows).toEqual([]);
      await expect(asked(handler, ['config'], 'true')).rejects.toMatchObject({ code: 404 });
      expect(await handler({ kind: 'read', path: ['recon', '1'], fields: [], parameters: new Map() }, context)).toMatchObject({ resource: { id: '1', content: { status: 'SUCCESS' } } });
      await expect(handler({ kind: 'read', path: ['sync', '1'], fields: [], parameters: new Map() }, context)).rejects.toMatchObject({ code: 404 });
    });

    it('is removed when it is old enough, and not before', async () => {
      const database = await fresh();
      const log = new AuditLog(database, 'sync');
      await log.write({ timestamp: '2026-01-01T00:00:00.000Z' });
      await log.write({ timestamp: '2026-01-03T00:00:00.000Z' });
      await log.close();
      const day = 86_400_000;
      expect(await removeOldEntries(database, day, new Date('2026-01-01T12:00:00Z'))).toBe(0);
      expect(await removeOldEntries(database, day, new Date('2026-01-03T12:00:00Z'))).toBe(1);
      expect((await asked(auditRequests(database), ['sync'], 'true')).rows).toHaveLength(1);
    });

    it('keeps what cannot be written, up to a bound, and writes it in order, once, when it can', async () => {
      const database = await fresh();
      let isDown = true;
      const log = new AuditLog({ ...failing(database, () => isDown) }, 'recon');
      let taken = 0;
      const filling = async (): Promise<void> => {
        for (;; taken += 1) await log.write({ _id: String(taken), number: taken });
      };
      await expect(filling()).rejects.toThrow('down');
      expect(taken).toBe(10_000);
      await expect(log.flush()).rejects.toThrow('down');
      isDown = false;
      await log.close();
      const { rows, cookie, total } = await asked(auditRequests(database), ['recon'], 'true', { pageSize: 3, totalPagedResultsPolicy: 'EXACT', pagedResultsOffset: 4 });
      expect([rows.map(({ id }) => id), cookie === null, total]).toEqual([['4', '5', '6'], false, 10_000]);
    });
  });
}

/** The database, whose inserts are made and yet fail while it is down: the answer got lost. */
function failing(database: Database, isDown: () => boolean): Database {
  return {
    kind: database.kind, query: (sql, values) => database.query(sql, values), transaction: (work, signal) => database.transaction(work, signal),
    stream: (sql, values, options) => database.stream(sql, values, options), exclusively: (name, work) => database.exclusively(name, work), close: () => Promise.resolve(),
    async insertRows(table, rows) {
      await database.insertRows(table, rows);
      if (isDown()) throw new Error('down');
    },
  };
}

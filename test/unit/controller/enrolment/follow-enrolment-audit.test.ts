import { appendFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { followEnrolmentAudit } from '../../../../controller/enrolment/follow-enrolment-audit.js';
import { silentLog } from '../../../../controller/log.js';
import { AuditLog } from '../../../../controller/store/audit-log.js';
import { testDatabase } from '../../../support/test-database.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-audit-'));
  await mkdir(join(folder, 'audit'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const line = (event: string, time = new Date()): string => `${JSON.stringify({ time: time.toISOString(), event, agent: 'site1' })}\n`;
const write = (text: string): Promise<void> => appendFile(join(folder, 'audit', 'enrolment.jsonl'), text);

it('lines come into the database once, over restarts, when they are whole and not too old', async () => {
  const database = await testDatabase();
  const events = async (): Promise<unknown[]> => (await database.query<{ content: { event: string } }>("select content from audit_entry where topic = 'enrolment' order by number")).map(({ content }) => content.event);
  const follow = (): (() => Promise<void>) => followEnrolmentAudit({ dataFolder: folder, sink: new AuditLog(database, 'enrolment'), keep: 3_600_000, log: silentLog });
  await follow()();
  expect(await events()).toEqual([]);
  await write(line('old', new Date(0)) + line('enrolled') + '{"time":');
  await follow()();
  expect(await events()).toEqual(['enrolled']);
  await write(`broken\n${line('renewed')}`);
  const stop = follow();
  await write(line('clone'));
  await stop();
  expect(await events()).toEqual(['enrolled', 'renewed', 'clone']);
});

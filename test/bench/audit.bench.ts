import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditStage } from '../../agent/audit/audited-facade.js';
import { OperationsUnderWay } from '../../agent/audit/operations-under-way.js';
import type { FsyncPolicy } from '../../agent/audit/chained-audit-log.js';
import { verifyAuditLog } from '../../agent/audit/read/verify.js';
import { keyedChain } from '../../agent/audit/chain-hash.js';
import { systemClock } from '../../agent/system-clock.js';
import { ACCOUNT, OperationOptions, Uid, itemsOf, type ConnectorFacade } from '../../protocol/model/index.js';
import { AuditWorld, clearKey, deletion } from '../support/audit-world.js';
import { FakeFacade, account } from '../support/fake-facade.js';
import { configured } from '../support/memory-facade.js';
import { MemoryTarget, memoryConnector } from '../support/memory-connector.js';

/** `npx vitest run --config test/bench/audit.vitest.config.ts`: what audit costs, and how fast a chain is checked. */

const SECONDS = 3;
const operation = { kind: 'delete', objectClass: ACCOUNT, uid: new Uid('uid=somebody,ou=people,dc=example,dc=com'), options: OperationOptions.none } as const;
const connector = memoryConnector(new MemoryTarget());
const context = { connector, connectorKey: connector.key, configuration: configured(connector, { host: 'db.example' }), systemId: 's', origin: { peerSessionId: 'a3f0c6f4-9f0d-4a52-9a55-6a1c5f6f7a10', principal: 'CN=controller', messageId: 7, locale: undefined } };
const call = { signal: new AbortController().signal, operationId: 'f3b6c7de-7f2a-4d6c-8f0b-0c6b0c6f1c11' };

async function operationsPerSecond(facade: ConnectorFacade, concurrency: number): Promise<number> {
  const end = performance.now() + SECONDS * 1000;
  let count = 0;
  const started = performance.now();
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (performance.now() < end) {
      await facade.perform(operation, call);
      if (++count % 256 === 0) await new Promise((resolve) => { setImmediate(resolve); });
    }
  }));
  return Math.round(count / ((performance.now() - started) / 1000));
}

describe('operations a second, the target taking no time', () => {
  it.each([1, 16, 64])('%i at once', async (concurrency) => {
    const facade = new FakeFacade();
    Object.assign(facade, { perform: async () => undefined });
    const figures: Record<string, number> = { off: await operationsPerSecond(facade, concurrency) };
    for (const fsync of ['always', 'interval', 'never'] satisfies FsyncPolicy[]) {
      const world = await AuditWorld.make();
      const audit = await world.open({ fsync, fsyncInterval: 1000 });
      figures[fsync] = await operationsPerSecond(auditStage({ audit, clock: systemClock, underWay: new OperationsUnderWay(systemClock) })(facade, context), concurrency);
      await world.remove();
    }
    console.log(`${concurrency} at once: ${Object.entries(figures).map(([policy, rate]) => `${policy} ${rate}/s`).join(', ')}`);
    expect(figures['always']).toBeGreaterThan(0);
  }, 120_000);
});

describe('a search', () => {
  it('of a million results costs nothing for each of them', async () => {
    const chunk = Array.from({ length: 100 }, (_, n) => account(n));
    const inner = new FakeFacade();
    const facade: ConnectorFacade = Object.assign(inner, { stream: () => itemsOf((async function* () { for (let n = 0; n < 10_000; n++) yield chunk; return undefined; })()) as never });
    const world = await AuditWorld.make();
    const audit = await world.open();
    const staged = auditStage({ audit, clock: systemClock, underWay: new OperationsUnderWay(systemClock) })(facade, context);
    const drained = async (one: ConnectorFacade): Promise<number> => {
      const started = performance.now();
      let count = 0;
      for await (const object of one.stream({ kind: 'search', objectClass: ACCOUNT, filter: undefined, options: OperationOptions.none }, call)) count += object.attributes.length;
      expect(count).toBeGreaterThan(1_000_000);
      return Math.round(performance.now() - started);
    };
    await drained(facade);
    const [without, with_] = [await drained(facade), await drained(staged)];
    console.log(`a million results: ${without} ms without audit, ${with_} ms with`);
    expect((await world.records()).at(-1)).toMatchObject({ count: 1_000_000 });
    await world.remove();
  }, 120_000);
});

describe('a check', () => {
  it.each([['without a key', undefined], ['with a key', 'a key of more than sixteen bytes']])('of 500,000 lines %s', async (title, key) => {
    const world = await AuditWorld.make();
    const audit = await world.open({ fsync: 'never', rotateSize: 64 * 1024 ** 2, ...(key === undefined ? {} : { key: clearKey(key) }) });
    const started = performance.now();
    for (let n = 0; n < 500_000; n++) {
      await audit.operation(deletion(`uid=${n},ou=people,dc=example,dc=com`, { operationId: call.operationId, session: context.origin.peerSessionId, targets: ['ldap.example:636'], system: 'f'.repeat(32) }));
      if (n % 256 === 0) await new Promise((resolve) => { setImmediate(resolve); });
    }
    await audit.close();
    const written = performance.now() - started;
    const sizes = await Promise.all((await readdir(world.path)).filter((name) => name.endsWith('.jsonl')).map(async (name) => (await stat(join(world.path, name))).size));
    const before = performance.now();
    const report = await verifyAuditLog({ directory: world.path, keys: key === undefined ? [] : [keyedChain(key)] });
    const seconds = (performance.now() - before) / 1000;
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    console.log(`${title}: ${report.lines} lines, ${Math.round(bytes / 1e6)} MB, written at ${Math.round(report.lines / (written / 1000))} lines/s, checked at ${Math.round(report.lines / seconds)} lines/s (${Math.round(bytes / 1e6 / seconds)} MB/s)`);
    expect(report.ok).toBe(true);
    await world.remove();
  }, 240_000);
});

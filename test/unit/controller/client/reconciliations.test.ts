import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CausewayClient, CausewayError } from '../../../../controller/client/index.js';
import { route } from '../../../../controller/crest/router.js';
import { createRestServer, DEFAULT_REST_LIMITS } from '../../../../controller/crest/server.js';
import { silentLog } from '../../../../controller/log.js';
import { reconciliationRequests } from '../../../../controller/reconciliation/reconciliation-requests.js';
import { auditRequests } from '../../../../controller/store/audit-requests.js';
import { startRecon, type Recon } from '../start-recon.js';

let recon: Recon;
let client: CausewayClient;
let close: () => Promise<void>;
beforeEach(async () => {
  recon = await startRecon({ policies: [{ situation: 'UNASSIGNED', action: 'DELETE' }], thresholds: { DELETE: 1 } });
  const handler = route({ recon: reconciliationRequests(recon.service, recon.database), audit: auditRequests(recon.database) });
  const server = createRestServer({ handler, log: silentLog, limits: DEFAULT_REST_LIMITS, authenticate: () => Promise.resolve({ name: 'tester' }) });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = new CausewayClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authentication: { session: true } });
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await recon.stop();
  };
});
afterEach(() => close());

async function text(chunks: AsyncIterable<string>): Promise<string> {
  let whole = '';
  for await (const chunk of chunks) whole += chunk;
  return whole;
}

describe('reconciliations by the client', () => {
  it('are refused for a mapping that is none', async () => {
    await expect(client.reconciliations.start('none')).rejects.toMatchObject({ status: 409, retryable: false } satisfies Partial<CausewayError>);
    await expect(client.reconciliations.wait('none')).rejects.toMatchObject({ status: 404 });
  });

  it('run, are followed to their end, and reported', async () => {
    recon.source.add('s', { uid: 'u' });
    const { _id } = await client.reconciliations.start('m');
    const states = [];
    for await (const run of client.reconciliations.progress(_id, { every: 5 })) states.push(run.state);
    expect(states.at(-1)).toBe('SUCCESS');
    expect((await client.reconciliations.list()).map((run) => run._id)).toEqual([_id]);
    const lines = (await text(client.reconciliations.report(_id))).trim().split('\r\n');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('ABSENT,CREATE,SUCCESS,created');
    const entries = await client.reconciliations.entries(_id).page({ filter: 'situation eq "ABSENT"' }, { pageSize: 10 });
    expect(entries.result).toMatchObject([{ situation: 'ABSENT', action: 'CREATE', outcome: 'created' }]);
    expect((await client.audit('recon').page({ filter: `reconId eq "${_id}"` }, { pageSize: 10 })).result.length).toBeGreaterThan(1);
  });

  it('that wait for approval end the wait, and go on or end as they are told', async () => {
    for (const uid of ['t1', 't2']) recon.target.add(uid, { uid });
    recon.source.add('s', { uid: 's' });
    const first = await client.reconciliations.start('m');
    expect(await client.reconciliations.wait(first._id, { every: 5 })).toMatchObject({ state: 'AWAITING_APPROVAL' });
    await client.reconciliations.reject(first._id);
    expect(await client.reconciliations.wait(first._id, { every: 5 })).toMatchObject({ state: 'CANCELED' });
    await expect(client.reconciliations.approve(first._id)).rejects.toMatchObject({ status: 409 });
    const second = await client.reconciliations.start('m', { overrides: { thresholds: { DELETE: 5 } } });
    expect(await client.reconciliations.wait(second._id, { every: 5 })).toMatchObject({ state: 'SUCCESS', progress: { target: { deleted: 2 } } });
  });

  it('are no longer waited for when the caller has had enough, and go on', async () => {
    recon.source.add('s', { uid: 'u' });
    recon.target.gate = new Promise(() => undefined);
    recon.target.add('t');
    const { _id } = await client.reconciliations.start('m');
    const gone = new AbortController();
    const waiting = client.reconciliations.wait(_id, { every: 60_000, signal: gone.signal });
    gone.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
    expect(await client.reconciliations.read(_id)).toMatchObject({ state: 'ACTIVE' });
    await client.reconciliations.cancel(_id);
    expect(await client.reconciliations.wait(_id, { every: 5 })).toMatchObject({ state: 'CANCELED' });
  });
});

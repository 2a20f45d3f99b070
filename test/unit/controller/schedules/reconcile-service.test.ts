import { expect, it } from 'vitest';
import { silentLog } from '../../../../controller/log.js';
import { reconcileService, type StartedReconciliations } from '../../../../controller/schedules/reconcile-service.js';

const CONTEXT = { action: 'reconcile', mapping: 'm' };

it('ends with its controller although its reconciliation does not, and cancels that', async () => {
  const cancelled: string[] = [];
  const reconciliations: StartedReconciliations = {
    start: () => Promise.resolve({ id: 'r', done: new Promise<void>(() => undefined) }),
    summary: () => Promise.reject(new Error('the database is away')),
    cancel: (id) => { cancelled.push(id); return Promise.reject(new Error('the database is away')); },
  };
  const stop = new AbortController();
  const running = reconcileService(reconciliations).run(CONTEXT, { runId: 'x', signal: stop.signal, log: silentLog });
  stop.abort(new Error('the controller was stopped'));
  await expect(running).rejects.toThrow(/the controller was stopped|aborted/);
  const late = new AbortController();
  const second = reconcileService(reconciliations).run(CONTEXT, { runId: 'y', signal: late.signal, log: silentLog });
  await new Promise(setImmediate);
  late.abort(new Error('the controller was stopped'));
  await expect(second).rejects.toThrow('the controller was stopped');
  expect(cancelled).toContain('r');
});

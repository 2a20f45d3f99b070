import type { CallContext, SingleOperation, SingleResults, StreamEnds, StreamItems, StreamOperation, SyncDelta, SyncToken } from '../../../../protocol/model/index.js';
import { Attribute, ConnectorObject, Name, Uid } from '../../../../protocol/model/index.js';
import type { JsonObject } from '../../../../controller/crest/json.js';
import { silentLog } from '../../../../controller/log.js';
import { mappingChangeHandler } from '../../../../controller/reconciliation/mapping-change-handler.js';
import { AuditLog } from '../../../../controller/store/audit-log.js';
import type { Database } from '../../../../controller/store/database/database.js';
import { AppliedChanges } from '../../../../controller/sync/applied-changes.js';
import type { ChangeHandler } from '../../../../controller/sync/change-handler.js';
import { DeadLetters } from '../../../../controller/sync/dead-letters.js';
import { LiveSync } from '../../../../controller/sync/live-sync.js';
import { SyncHistory } from '../../../../controller/sync/sync-history.js';
import { SyncStageStore } from '../../../../controller/sync/sync-stage-store.js';
import { objectCall } from '../../../../controller/systems/requests/object-call.js';
import { MemoryFacade } from '../memory-facade.js';
import type { Recon } from '../start-recon.js';
import type { Death } from './dying-database.js';

/** Tells of changes behind a token, as a system does. */
export class ChangingFacade extends MemoryFacade {
  /** Tokens are numbers. */
  override async *stream<O extends StreamOperation>(operation: O, call: CallContext): AsyncGenerator<StreamItems[O['kind']], StreamEnds[O['kind']], void> {
    if (operation.kind !== 'sync') return yield* super.stream(operation, call);
    const after = Number((operation as { readonly token: SyncToken }).token.value);
    const deltas = this.deltas.filter(({ token }) => Number(token.value) > after);
    yield* deltas as unknown as StreamItems[O['kind']][];
    return (deltas.at(-1)?.token) as StreamEnds[O['kind']];
  }
}

/** A target whose writes are done although the process that asked may die before it hears of it. */
export class MortalTarget extends MemoryFacade {
  death: Death | undefined;

  override async perform<O extends SingleOperation>(operation: O, call: CallContext): Promise<SingleResults[O['kind']]> {
    this.death?.step();
    const result = await super.perform(operation, call);
    this.death?.step();
    return result;
  }
}

export const accountDelta = (uid: string, token: number, attributes: Record<string, string> | undefined): SyncDelta => ({
  kind: attributes === undefined ? 'DELETE' : 'CREATE_OR_UPDATE', uid: new Uid(uid), token: { value: token }, objectClass: '__ACCOUNT__',
  object: attributes === undefined ? undefined : new ConnectorObject('__ACCOUNT__', [new Uid(uid), new Name(`n${uid}`), ...Object.entries(attributes).map(([name, value]) => Attribute.of(name, value))]),
});

let runs = 0;

/** LiveSync of `system/src/account`, as one process over that database does it. */
export function liveSyncOver(recon: Recon, database: Database, changes?: ChangeHandler): { readonly changes: ChangeHandler; run(): Promise<JsonObject> } {
  const handler = changes ?? mappingChangeHandler({ database, book: recon.book, setOf: recon.setOf, engineOf: recon.engineOf, audit: new AuditLog(database, 'sync'), otherwise: { handle: () => Promise.resolve(undefined) } });
  const liveSync = new LiveSync({ database, stages: new SyncStageStore(database), applied: new AppliedChanges(database), history: new SyncHistory(database), deadLetters: new DeadLetters(database), changes: handler, log: silentLog });
  return {
    changes: handler,
    run: () => {
      const system = recon.registry.get('src');
      if (system === undefined) throw new Error('no system');
      runs += 1;
      return liveSync.run(objectCall(system, 'account', { signal: AbortSignal.timeout(20_000), caller: 'tester', transactionId: `run ${runs}` }), true);
    },
  };
}

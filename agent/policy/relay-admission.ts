import { ConnectorError, type CallContext, type ConnectorFacade, type ConnectorKey, type Operation } from '../../protocol/model/index.js';
import type { RequestOrigin } from '../../protocol/session/contract.js';
import type { AdmittedWrite, Guard } from './guard.js';
import type { LivePolicy } from './live-policy.js';
import { PolicyRefusal } from './policy-refusal.js';
import { foreignSubject } from './subject.js';

/** An operation for a connector of another server. */
export interface RelayedOperation {
  /** Name of the relay. */
  readonly relay: string;
  readonly connectorKey: ConnectorKey;
  readonly operation: Operation;
  readonly origin: RequestOrigin;
  /** The connector there, for a look at what is to be changed. Throws a ConnectorError while the server is away. */
  readonly facade: () => ConnectorFacade;
}

/**
 * Admits an operation that is passed on as it came, or throws a refusal. Results come back unread, so a rule that limits what
 * may be read refuses the reads; a batch goes as a whole or not at all.
 */
export async function admitRelayed(live: LivePolicy, { relay, connectorKey, operation, origin, facade }: RelayedOperation, signal: AbortSignal): Promise<AdmittedWrite> {
  const guard = await live.guard(foreignSubject(connectorKey), origin.principal, relay);
  const reader: Pick<ConnectorFacade, 'perform'> = { perform: (one, call) => facade().perform(one, call) };
  const call: CallContext = { signal, locale: origin.locale };
  if (operation.kind !== 'batch') return guard.admit(operation, reader, call);
  return admitAll(guard, operation, reader, call);
}

async function admitAll(guard: Guard, { tasks }: Extract<Operation, { kind: 'batch' }>, reader: Pick<ConnectorFacade, 'perform'>, call: CallContext): Promise<AdmittedWrite> {
  const admitted: AdmittedWrite[] = [];
  const takeBack = (): void => { for (const write of admitted.splice(0)) write.takeBack(); };
  try {
    for (const [index, task] of tasks.entries()) {
      call.signal.throwIfAborted();
      admitted.push(await guard.admitWrite(task, reader, call).catch((error: unknown) => refuseWhole(error, index)));
    }
    return { takeBack };
  } catch (error) {
    takeBack();
    throw error;
  }
}

function refuseWhole(error: unknown, index: number): never {
  if (!(error instanceof ConnectorError)) throw error;
  const whole = 'a batch for another server is passed on as a whole, so none of its tasks was done';
  if (error instanceof PolicyRefusal) throw new PolicyRefusal(error.rule, 'batch', `task ${index}: ${error.why}; ${whole}`);
  throw new ConnectorError(error.kind, `Task ${index} of the batch: ${error.message} And ${whole}.`, { cause: error, outcome: 'notApplied' });
}

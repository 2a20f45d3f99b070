import { ConnectorError, type ApiConfiguration, type CallContext, type ConnectorFacade, type IcfValue, type SingleOperation } from '../../../../../protocol/model/index.js';
import type { ConnectorLog } from '../../../../framework/spi.js';
import type { ScriptSandbox } from '../script-sandbox.js';
import { connectorFunctions } from './connector-functions.js';
import { CONNECTOR_LIBRARY } from './connector-library.js';

export interface ScriptedConnector {
  /** What the script's own operations go through, anew for each: it must judge and note them as it does those from outside. */
  readonly open: () => Promise<ConnectorFacade>;
  /** As its caller sent it. */
  readonly configuration: ApiConfiguration;
  /** Milliseconds the operation may take; Infinity for no limit of its own. */
  readonly timeout: number;
  readonly log: ConnectorLog;
}

type ScriptOperation = Extract<SingleOperation, { kind: 'scriptOnConnector' | 'scriptOnResource' }>;

/**
 * Runs a script beside a connector, as ICF's framework does: with the variables `connector`, `configuration`, `options`, `args`, and each
 * argument by its own name. Rejects with a ConnectorError; its outcome says whether the script may have changed anything.
 */
export async function runScriptOnConnector(sandbox: ScriptSandbox, operation: ScriptOperation, connector: ScriptedConnector, call: CallContext): Promise<IcfValue> {
  const { script, scriptArguments, options } = operation;
  const { functions, hasWritten, close } = connectorFunctions(connector.open, call);
  const own: [string, IcfValue][] = [
    ['operation', 'RUNSCRIPTONCONNECTOR'], ['configuration', configurationValue(connector.configuration)], ['options', new Map<IcfValue, IcfValue>(options.entries)], ['args', new Map<IcfValue, IcfValue>(scriptArguments)],
  ];
  const variables = new Map<string, IcfValue>([...scriptArguments, ...own]);
  try {
    return await sandbox.run({
      script, variables, functions, library: CONNECTOR_LIBRARY, signal: call.signal, log: connector.log,
      limits: { timeout: connector.timeout },
    });
  } catch (error) {
    throw withKnownOutcome(asConnectorError(error, call.signal), hasWritten(), call.signal.aborted);
  } finally {
    await close();
  }
}

/** What has no value that may be told is not there. */
function configurationValue({ properties }: ApiConfiguration): IcfValue {
  return new Map<IcfValue, IcfValue>(properties.filter(({ confidential }) => !confidential).map(({ name, value }) => [name, value]));
}

function asConnectorError(error: unknown, signal: AbortSignal): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (signal.aborted) return new ConnectorError('connector', 'The script was ended: its caller cancelled it, or allowed no more time.', { cause: error });
  return new ConnectorError('connector', 'The script could not be run.', { cause: error });
}

/** A script that has begun to change things is not repeated as if it had not, whatever stopped it. */
function withKnownOutcome(error: ConnectorError, hasWritten: boolean, isAborted: boolean): ConnectorError {
  if (error.outcome !== undefined || !(error.retryable || isAborted)) return error;
  const { kind, message, uid, cause } = error;
  return new ConnectorError(kind, message, { uid, cause, outcome: hasWritten ? 'unknown' : 'notApplied' });
}

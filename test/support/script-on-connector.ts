import { runScriptOnConnector } from '../../connectors/engines/scripted/sandbox/index.js';
import type { AnyConnector } from '../../connectors/framework/index.js';
import { OperationOptions, Script, type IcfValue } from '../../protocol/model/index.js';
import type { ConnectorCaller } from './connector-caller.js';
import { calling, configured } from './memory-facade.js';
import { recordedLog } from './quiet-log.js';
import { operationSandbox } from './scripted.js';

/** What a script on the connector answers, run as an agent runs it. */
export async function scriptOnConnector({ facade }: ConnectorCaller, connector: AnyConnector, values: Record<string, IcfValue>, text: string, scriptArguments: ReadonlyMap<string, IcfValue> = new Map()): Promise<IcfValue> {
  const sandbox = await operationSandbox({}, 1);
  try {
    return await runScriptOnConnector(
      sandbox, { kind: 'scriptOnConnector', script: new Script('javascript', text), scriptArguments: new Map(scriptArguments), options: OperationOptions.none },
      { open: async () => facade, configuration: configured(connector, values), timeout: 10_000, log: recordedLog() }, calling(),
    );
  } finally {
    await sandbox.close();
  }
}

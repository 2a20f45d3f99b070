import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import { runShellScript } from '../../engines/shell/shell-script.js';
import type { Call, ScriptRequest } from '../../framework/spi.js';
import type { KerberosSession } from './session.js';

/** A script of the language `Shell` on the SSH server, by the account that is logged in. Nothing runs on the agent's own machine. */
export async function scriptOnResource({ shell, config }: KerberosSession, request: ScriptRequest, call: Call): Promise<IcfValue> {
  if (shell === undefined) throw new ConnectorError('unsupportedOperation', 'kadmin runs on the agent\'s own machine (kadmin.transport is local), where no scripts from outside are run.', { outcome: 'notApplied' });
  return runShellScript(shell.ssh, request, call, config.expectTimeout);
}

import { basename } from 'node:path';
import { ConnectorError } from '../../../protocol/model/index.js';
import { validateScripts } from '../../engines/scripted/scripted-connector.js';
import { hostKeySettings } from '../../engines/shell/host-key-properties.js';
import { checkPinned } from '../../engines/shell/host-key.js';
import { validateSession } from '../../engines/shell/ssh-settings.js';
import { family } from './session.js';
import { kadminSettings, type KadminSettings, type KerberosConfig } from './settings.js';

/** Throws `configuration`. */
export function validate(config: KerberosConfig): void {
  const settings = kadminSettings(config);
  if (settings.transport === 'ssh') {
    validateSession(config);
    checkPinned(hostKeySettings(config));
  } else checkPrograms(settings, config.sudoCommand);
  validateScripts(config, family.bundled);
}

/**
 * Who sends configurations chooses which kadmin of the agent's machine runs, and no other program. Options too could be a command
 * of another kind: `kadmin.local ktadd -k <any file>`.
 */
function checkPrograms({ command, sudo }: KadminSettings, sudoCommand: string): void {
  const [program = '', ...options] = command;
  if (!/^kadmin(?:[.-]\w+)*$/.test(basename(program)) || options.length > 0) throw refused('kadmin.cmd of customConfiguration', command.join(' '), 'kadmin or kadmin.local');
  if (sudo && !/(?:^|\/)sudo$/.test(sudoCommand.trim())) throw refused('sudoCommand', sudoCommand, 'sudo');
}

function refused(setting: string, value: string, wanted: string): ConnectorError {
  return new ConnectorError('configuration', `${setting} is "${value}": with kadmin.transport local it is ${wanted} by its path, without options.`);
}

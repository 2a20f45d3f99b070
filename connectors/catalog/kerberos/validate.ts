import { validateScripts } from '../../engines/scripted/scripted-connector.js';
import { hostKeySettings } from '../../engines/shell/host-key-properties.js';
import { checkPinned } from '../../engines/shell/host-key.js';
import { validateSession } from '../../engines/shell/ssh-settings.js';
import { family } from './session.js';
import { kadminSettings, type KerberosConfig } from './settings.js';

/** Throws `configuration`. */
export function validate(config: KerberosConfig): void {
  if (kadminSettings(config).transport === 'ssh') {
    validateSession(config);
    checkPinned(hostKeySettings(config));
  }
  validateScripts(config, family.bundled);
}

import { validateScripts } from '../../engines/scripted/scripted-connector.js';
import { hostKeySettings } from '../../engines/shell/host-key-properties.js';
import { checkPinned } from '../../engines/shell/host-key.js';
import { validateSession } from '../../engines/shell/ssh-settings.js';
import { LINUX_SCRIPTS } from './linux/index.js';
import type { SshConfig } from './session.js';

/** Throws `configuration`. */
export function validate(config: SshConfig): void {
  validateSession(config);
  checkPinned(hostKeySettings(config));
  validateScripts(config, LINUX_SCRIPTS);
}

import { openScripted, type ScriptedFamily, type ScriptedSession } from '../../engines/scripted/scripted-connector.js';
import { shellBindings } from '../../engines/shell/script-bindings.js';
import { openShellSession, type ShellSession } from '../../engines/shell/shell-session.js';
import type { ConfigOf } from '../../framework/properties.js';
import type { OpenContext } from '../../framework/spi.js';
import { LINUX_SCRIPTS } from './linux/index.js';
import { config as properties } from './properties.js';

export type SshConfig = ConfigOf<typeof properties>;
export type SshConnectorSession = ScriptedSession<SshConfig, ShellSession>;

export const family: ScriptedFamily<SshConfig, ShellSession> = {
  properties,
  bindings: (shell, config, call) => shellBindings(shell, config, call),
  bundled: LINUX_SCRIPTS,
  // Whatever talks to the shell depends on its prompt.
  test: async (shell, _config, call) => { await (await shell.dialogue(call.signal)).waitsAtPrompt(call.signal); },
};

/** One SSH connection a session, as with Java's pooled instances: its shell is as the last operation left it. */
export async function open(config: SshConfig, context: OpenContext): Promise<SshConnectorSession> {
  const shell = await openShellSession(config, context);
  try {
    return await openScripted(family, config, shell, context);
  } catch (error) {
    await shell.close();
    throw error;
  }
}

export async function close({ own }: SshConnectorSession): Promise<void> {
  await own.close();
}

export function isAlive({ own }: SshConnectorSession, signal: AbortSignal): Promise<boolean> {
  return own.ssh.isAlive(signal);
}

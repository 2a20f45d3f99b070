import { openScripted, type ScriptedFamily, type ScriptedSession } from '../../engines/scripted/scripted-connector.js';
import { slotOf, SLOTS, type SlotName } from '../../engines/scripted/script-slots.js';
import { scriptRoots } from '../../engines/scripted/script-roots.js';
import { openShellSession, type ShellSession } from '../../engines/shell/shell-session.js';
import { shellBindings } from '../../engines/shell/script-bindings.js';
import type { OpenContext } from '../../framework/spi.js';
import { config as properties } from './properties.js';
import { KadminClient } from './kadmin/kadmin-client.js';
import { kadminSettings, type KerberosConfig } from './settings.js';

export interface KerberosSession {
  readonly config: KerberosConfig;
  readonly kadmin: KadminClient;
  /** Undefined where kadmin runs on the agent's own machine. */
  readonly shell: ShellSession | undefined;
  /** Undefined where every script is one the connector brings along. */
  readonly scripted: ScriptedSession<KerberosConfig, ShellSession | undefined> | undefined;
}

/** Scripts of one's own, in slots that are not served by what the connector brings along. They talk to the SSH session. */
export const family: ScriptedFamily<KerberosConfig, ShellSession | undefined> = {
  properties,
  bindings: (shell, config, call) => shellBindings(shell, config, call),
  // These names are served by the connector itself; the script engine only has to know that they exist.
  bundled: new Map(Object.values(properties).flatMap(({ default: name }) => (typeof name === 'string' && name.endsWith('Kerberos.groovy') ? [[name, 'return null']] : []))),
};

/** Whether a slot names the script the Java connector's bundle has there: then the connector does the work itself. */
export function isBuiltIn(config: KerberosConfig, slot: SlotName): boolean {
  return scriptRoots(config).bundled && slotOf(config, slot) === properties[slot].default;
}

export async function open(config: KerberosConfig, context: OpenContext): Promise<KerberosSession> {
  const settings = kadminSettings(config);
  const shell = settings.transport === 'ssh' ? await openShellSession(config, context) : undefined;
  try {
    const kadmin = new KadminClient(settings, { ssh: shell?.ssh, sudoCommand: config.sudoCommand, sudoPassword: config.password, timeout: config.expectTimeout });
    const ownScripts = SLOTS.some(({ name }) => slotOf(config, name) !== undefined && !isBuiltIn(config, name));
    const scripted = ownScripts ? await openScripted(family, config, shell, context) : undefined;
    return { config, kadmin, shell, scripted };
  } catch (error) {
    await shell?.close();
    throw error;
  }
}

export async function close({ shell }: KerberosSession): Promise<void> {
  await shell?.close();
}

export async function isAlive({ shell }: KerberosSession, signal: AbortSignal): Promise<boolean> {
  return shell === undefined || await shell.ssh.isAlive(signal);
}

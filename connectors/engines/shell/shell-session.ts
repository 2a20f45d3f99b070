import type { ConfigOf } from '../../framework/properties.js';
import type { OpenContext } from '../../framework/spi.js';
import { hostKeySettings, type hostKeyProperties } from './host-key-properties.js';
import { openSsh } from './open-ssh.js';
import { ShellDialogue } from './shell-dialogue.js';
import type { SshSession } from './ssh-session.js';
import { sshSettings, terminalSettings, type SessionConfig } from './ssh-settings.js';

export interface ShellSession {
  readonly ssh: SshSession;
  /** The shell scripts talk to: opened when it is first asked for, and kept as it is left. Opened anew after it has ended. */
  dialogue(signal: AbortSignal): Promise<ShellDialogue>;
  /** Never rejects. */
  close(): Promise<void>;
}

type Config = SessionConfig & ConfigOf<typeof hostKeyProperties>;

/** An SSH connection as the configuration of the SSH connector and its relatives describes it. */
export async function openShellSession(config: Config, context: OpenContext): Promise<ShellSession> {
  const ssh = await openSsh(sshSettings(config, hostKeySettings(config)), context);
  let dialogue: ShellDialogue | undefined;
  return {
    ssh,
    async dialogue(signal) {
      if (dialogue === undefined || dialogue.session.isOver) dialogue = await ShellDialogue.open(ssh, terminalSettings(config), signal);
      return dialogue;
    },
    async close() {
      dialogue?.session.close();
      await ssh.close();
    },
  };
}

import { homedir } from 'node:os';
import { join } from 'node:path';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { properties, textList, type ConfigOf } from '../../framework/properties.js';
import type { HostKeySettings } from './ssh-settings.js';

/** Behind every property of a connector's own. */
const LAST = 90_000;

/** What the server's key is compared with: properties of ours, since the Java connector compares it with nothing. */
export const hostKeyProperties = properties({
  hostKeyFingerprints: textList({
    group: OWN_PROPERTIES, order: LAST, displayName: 'Host key fingerprints',
    help: 'SHA-256 fingerprints of the host keys of the SSH server, as ssh-keygen -lf shows them: SHA256 and a colon and 43 characters. Empty: knownHostsFiles decide.',
  }),
  knownHostsFiles: textList({
    group: OWN_PROPERTIES, order: LAST + 1, displayName: 'Known hosts files',
    help: 'Files of known host keys on the agent, in the format of OpenSSH. Empty: those of the account of the agent and of its machine. A server that is in none of them is refused.',
  }),
});

/** Where OpenSSH's client looks (ssh_config(5), UserKnownHostsFile and GlobalKnownHostsFile). */
const usualFiles = (): readonly string[] => [join(homedir(), '.ssh', 'known_hosts'), '/etc/ssh/ssh_known_hosts'];

export function hostKeySettings({ hostKeyFingerprints, knownHostsFiles }: ConfigOf<typeof hostKeyProperties>): HostKeySettings {
  return { pinned: hostKeyFingerprints, knownHosts: knownHostsFiles.length === 0 ? usualFiles() : knownHostsFiles };
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { ConnectorError } from '../../../protocol/model/index.js';
import { knownAs, knownKeys, type KnownKey } from './known-hosts.js';
import type { HostKeySettings, SshSettings } from './ssh-settings.js';

/** Judges the key a server shows, before anything secret is sent to it. */
export interface HostKeyCheck {
  /** Host key algorithms to prefer, so that the server shows a key that is known. */
  readonly preferred: readonly string[];
  /** Undefined for the right key, otherwise what to tell. */
  refusal(key: Uint8Array): ConnectorError | undefined;
}

type Server = Pick<SshSettings, 'host' | 'port'>;

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}=?$/;

/** Throws `configuration` for what is no SHA-256 fingerprint. */
export function checkPinned({ pinned }: HostKeySettings): void {
  const wrong = pinned.find((fingerprint) => !FINGERPRINT.test(fingerprint.trim()));
  if (wrong !== undefined) throw new ConnectorError('configuration', `"${wrong}" is no fingerprint of an SSH host key: give SHA256: and 43 characters, as "ssh-keygen -lf" on the server shows them.`);
}

export async function hostKeyCheck(settings: HostKeySettings, server: Server): Promise<HostKeyCheck> {
  checkPinned(settings);
  if (settings.pinned.length > 0) return byFingerprint(settings.pinned, server);
  return byKnownHosts(await knownKeys(settings.knownHosts, server.host, server.port), server, settings.knownHosts);
}

/** As OpenSSH shows it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

function byFingerprint(pinned: readonly string[], server: Server): HostKeyCheck {
  const allowed = new Set(pinned.map((fingerprint) => fingerprint.trim().replace(/=$/, '')));
  return {
    preferred: [],
    refusal: (key) => (allowed.has(fingerprintOf(key)) ? undefined : refused(`${shown(server, key)}, which is none of the pinned ones`, 'Either the server was given a new key, or somebody stands between. Compare it on the server with "ssh-keygen -lf", then pin the new one.')),
  };
}

function byKnownHosts(known: readonly KnownKey[], server: Server, files: readonly string[]): HostKeyCheck {
  const plain = known.filter(({ marker }) => marker === '');
  return {
    preferred: [...new Set(plain.flatMap(({ type }) => algorithmsFor(type)))],
    refusal(key) {
      const same = known.filter((entry) => isKey(entry, key));
      if (same.some(({ marker }) => marker === '@revoked')) return refused(`${shown(server, key)}, which is marked as revoked`, 'Do not use this server before it has a new key.');
      if (same.some(({ marker }) => marker === '')) return undefined;
      if (plain.length > 0) return refused(`${shown(server, key)}, and known is another`, `Either the server was given a new key, or somebody stands between. Compare it on the server with "ssh-keygen -lf", then correct ${listed(files)}.`);
      return refused(`${shown(server, key)}, which is not known`, `Compare it on the server with "ssh-keygen -lf", then add "${knownAs(server.host, server.port)[0] ?? server.host} ${typeOf(key)} ${Buffer.from(key).toString('base64')}" to ${listed(files)}, or pin its fingerprint.`);
    },
  };
}

function isKey({ key: known }: KnownKey, key: Uint8Array): boolean {
  const bytes = Buffer.from(known, 'base64');
  return bytes.length === key.length && timingSafeEqual(bytes, key);
}

/** An RSA key serves several signature algorithms (RFC 8332). */
function algorithmsFor(type: string): readonly string[] {
  return type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
}

/** The key's own name of its type: its first field (RFC 4253, 6.6). */
function typeOf(key: Uint8Array): string {
  const bytes = Buffer.from(key);
  return bytes.length < 4 ? 'unknown' : bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString('latin1').replace(/[^a-z0-9@.-]/gi, '?');
}

function shown({ host, port }: Server, key: Uint8Array): string {
  return `The SSH server ${host}:${port} showed the host key ${fingerprintOf(key)} (${typeOf(key)})`;
}

function listed(files: readonly string[]): string {
  return files.length === 0 ? 'a file of known hosts' : files.join(' or ');
}

function refused(what: string, advice: string): ConnectorError {
  return new ConnectorError('connectorSecurity', `${what}; the connection was given up. ${advice}`, { outcome: 'notApplied' });
}

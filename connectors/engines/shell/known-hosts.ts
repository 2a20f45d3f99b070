import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConnectorError } from '../../../protocol/model/index.js';

/** A line of a known_hosts file that is about one host. */
export interface KnownKey {
  readonly marker: '' | '@revoked' | '@cert-authority';
  /** E.g. `ssh-ed25519`. */
  readonly type: string;
  /** The key as it travels, in base64. */
  readonly key: string;
}

/** Everything the files say of a host. Files that do not exist say nothing. Rejects with `configuration` for one that cannot be read. */
export async function knownKeys(files: readonly string[], host: string, port: number): Promise<readonly KnownKey[]> {
  const texts = await Promise.all(files.map(readKnownHosts));
  return texts.flatMap((text) => keysOf(text, host, port));
}

async function readKnownHosts(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return '';
    throw new ConnectorError('configuration', `The file of known SSH hosts ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`, { cause: error });
  }
}

/** Format: sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT", https://man.openbsd.org/sshd.8. Lines that are none are passed over, as OpenSSH does. */
export function keysOf(text: string, host: string, port: number): readonly KnownKey[] {
  const names = knownAs(host, port);
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const marker = fields[0]?.startsWith('@') === true ? fields.shift() ?? '' : '';
    const [patterns, type, key] = fields;
    if (patterns === undefined || type === undefined || key === undefined || patterns.startsWith('#')) return [];
    if (marker !== '' && marker !== '@revoked' && marker !== '@cert-authority') return [];
    return names.some((name) => matches(patterns, name)) ? [{ marker, type, key }] : [];
  });
}

/** The name a host is looked up by: with its port in brackets unless it is 22. */
export function knownAs(host: string, port: number): readonly string[] {
  const name = host.toLowerCase();
  return port === 22 ? [name, `[${name}]:22`] : [`[${name}]:${port}`];
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|')) return matchesHash(patterns, name);
  const listed = patterns.split(',').map((pattern) => pattern.toLowerCase());
  // A negated pattern refuses even what another pattern takes.
  if (listed.some((pattern) => pattern.startsWith('!') && matchesPattern(pattern.slice(1), name))) return false;
  return listed.some((pattern) => !pattern.startsWith('!') && matchesPattern(pattern, name));
}

/** `|1|salt|hash`: HMAC-SHA1 of the name. */
function matchesHash(patterns: string, name: string): boolean {
  const [, version, salt, hash] = patterns.split('|');
  if (version !== '1' || salt === undefined || hash === undefined) return false;
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
}

/** `*` and `?`, in linear time for each `*`. */
function matchesPattern(pattern: string, name: string): boolean {
  let [at, place] = [0, 0];
  let [star, retry] = [-1, 0];
  while (place < name.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      retry = place;
    } else if (wanted === '?' || wanted === name[place]) {
      at++;
      place++;
    } else if (star >= 0) {
      at = star + 1;
      place = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}

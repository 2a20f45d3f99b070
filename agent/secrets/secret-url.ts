/**
 * References to secrets in configuration values: `secret://SOURCE/NAME` as the whole value. A controller holds and sends
 * the reference; what it stands for never leaves the agent.
 */

export const SECRET_SOURCES = ['file', 'env', 'credential', 'command', 'store'] as const;
export type SecretSourceName = (typeof SECRET_SOURCES)[number];

export interface SecretUrl {
  readonly source: SecretSourceName;
  readonly name: string;
  /** As it is written, for messages. */
  readonly text: string;
}

const SCHEME = /^secret:\/\//i;
const SEGMENT = '[A-Za-z0-9_][A-Za-z0-9._@-]*';
const PATH = new RegExp(`^${SEGMENT}(?:/${SEGMENT})*$`);
const WORD = new RegExp(`^${SEGMENT}$`);
const LONGEST_NAME = 200;

/** What a name may look like at each source. No segment starts with a dot, so that none leads upwards or to hidden files. */
const NAMES: Readonly<Record<SecretSourceName, RegExp>> = { file: PATH, store: PATH, credential: WORD, command: WORD, env: /^\w+$/ };

/** Whether the text claims to be a reference; it may still be a malformed one. */
export function looksLikeSecretUrl(text: string): boolean {
  return SCHEME.test(text);
}

/** Undefined for a text that is no well-formed reference. */
export function parseSecretUrl(text: string): SecretUrl | undefined {
  if (!looksLikeSecretUrl(text)) return undefined;
  const rest = text.slice('secret://'.length);
  const slash = rest.indexOf('/');
  const source = SECRET_SOURCES.find((known) => known === rest.slice(0, slash));
  const name = rest.slice(slash + 1);
  return slash > 0 && source !== undefined && isSecretName(source, name) ? { source, name, text: `secret://${source}/${name}` } : undefined;
}

export function isSecretName(source: SecretSourceName, name: string): boolean {
  return name.length <= LONGEST_NAME && name !== '__proto__' && NAMES[source].test(name);
}

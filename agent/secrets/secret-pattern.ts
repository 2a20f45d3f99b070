import type { SecretUrl } from './secret-url.js';

/** `store/ldap-*`: a source, and a name in which `*` stands for any characters. */
export const SECRET_PATTERN = /^(?:file|env|credential|command|store)\/[A-Za-z0-9._@*/-]{1,200}$/;

/** Compares in steps of at most pattern × name: no regular expression is made from configuration. */
export function matchesSecret(pattern: string, { source, name }: SecretUrl): boolean {
  const slash = pattern.indexOf('/');
  return pattern.slice(0, slash) === source && matches(pattern.slice(slash + 1), name);
}

function matches(pattern: string, name: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  if (parts.length === 0) return name === pattern;
  const last = parts.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

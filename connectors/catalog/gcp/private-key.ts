import { GuardedString } from '../../../protocol/model/index.js';

const BEGIN = '-----BEGIN';

/** The key as PEM, from PEM, from the JSON file Google gives out, or from the Base64 in either without its first and last line. */
export function pemOf(given: GuardedString): GuardedString {
  const text = given.reveal().trim();
  if (text.startsWith('{')) return new GuardedString(keyIn(text));
  return text.includes(BEGIN) ? given : new GuardedString(`${BEGIN} PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n`);
}

/** What is no such file is no key either, which is told where it is used. */
function keyIn(file: string): string {
  try {
    const { private_key: key } = JSON.parse(file) as { private_key?: unknown };
    return typeof key === 'string' ? key : '';
  } catch {
    return '';
  }
}

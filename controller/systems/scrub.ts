import { GuardedByteArray, GuardedString, type IcfValue } from '../../protocol/model/index.js';

export type Scrub = (text: string) => string;

const LONGEST = 2_000;
/** Shorter secrets would blank out half of any sentence. */
const SHORTEST_SECRET = 4;

/** Makes a function that takes the given secrets, control characters and excess length out of a text for people. */
export function scrubber(secrets: readonly IcfValue[]): Scrub {
  const guarded = secrets.flatMap((secret) => (secret === null ? [] : toGuarded(secret))).filter((secret) => !isSecretReference(secret.reveal()));
  return (text) => {
    let clean = text;
    for (const secret of guarded) {
      const clear = secret.reveal();
      if (clear.length >= SHORTEST_SECRET) clean = clean.replaceAll(clear, '***');
    }
    clean = clean.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, ' ');
    return clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean;
  };
}

/** A reference that only the agent can resolve is no secret: errors name it. */
export function isSecretReference(text: string): boolean {
  return /^secret:\/\/(?:file|env|credential|command|store)\/[\w.@/-]+$/.test(text);
}

/** Kept guarded, so that no clear copy stays in memory. */
function toGuarded(secret: IcfValue): GuardedString[] {
  if (secret instanceof GuardedString) return [secret];
  if (secret instanceof GuardedByteArray) return [new GuardedString(Buffer.from(secret.reveal()).toString('utf8'))];
  return typeof secret === 'string' ? [new GuardedString(secret)] : [];
}

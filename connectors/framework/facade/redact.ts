import { inspect } from 'node:util';
import { ConnectorError, GuardedByteArray, GuardedString, type IcfValue } from '../../../protocol/model/index.js';

const MASK = '***';
/** Shorter secrets would tear words apart and give themselves away by it. */
const SHORTEST = 3;
const DEEPEST_CAUSE = 8;
const DEEPEST_FIELD = 6;

/** The clear text of a guarded value, to look for it; nothing for other values and for one that was wiped. */
export function clearTexts(value: IcfValue): string[] {
  try {
    if (value instanceof GuardedString) return [value.reveal()];
    return value instanceof GuardedByteArray ? [Buffer.from(value.reveal()).toString('utf8')] : [];
  } catch {
    return [];
  }
}

export function redactText(text: string, secrets: readonly string[]): string {
  // The longest first, so that a secret that contains another leaves no rest.
  const known = secrets.filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length);
  return known.reduce((result, secret) => result.replaceAll(secret, MASK), text);
}

function redactCause(cause: unknown, secrets: readonly string[], depth: number): unknown {
  if (!(cause instanceof Error) || depth > DEEPEST_CAUSE) return undefined;
  const message = redactText(cause.message, secrets);
  const inner = redactCause(cause.cause, secrets, depth + 1);
  // Rebuilt rather than changed: the original, its stack and its fields may be held (and printed) elsewhere.
  if (cause instanceof ConnectorError) return new ConnectorError(cause.kind, message, { cause: inner, uid: cause.uid, remoteClass: cause.remoteClass, outcome: cause.outcome });
  const copy = new Error(message, inner === undefined ? undefined : { cause: inner });
  copy.name = cause.name;
  return copy;
}

function printed(field: unknown): string {
  return typeof field === 'string' ? field : inspect(field, { depth: DEEPEST_FIELD, maxArrayLength: 10_000, maxStringLength: null, breakLength: Infinity });
}

function leaks(error: unknown, secrets: readonly string[]): boolean {
  // What is printed of a field that is no text has its quotes and line breaks escaped.
  const known = secrets.filter((secret) => secret.length >= SHORTEST).flatMap((secret) => [secret, inspect(secret).slice(1, -1)]);
  for (let at: unknown = error, depth = 0; at instanceof Error && depth <= DEEPEST_CAUSE; at = at.cause, depth++) {
    // Fields too, and what hangs on them, such as the parameters of a statement: loggers print them.
    const texts = [at.message, at.stack ?? '', ...(Object.values(at) as unknown[]).map(printed)];
    if (known.some((secret) => texts.some((text) => text.includes(secret)))) return true;
  }
  return false;
}

/** The same error when nothing in it (message, stack, causes) holds a secret; otherwise a copy with `***` in its place. */
export function redactError(error: ConnectorError, secrets: readonly string[]): ConnectorError {
  if (!leaks(error, secrets)) return error;
  return new ConnectorError(error.kind, redactText(error.message, secrets), {
    cause: redactCause(error.cause, secrets, 1), uid: error.uid, remoteClass: error.remoteClass, outcome: error.outcome,
  });
}

import { ResourceError } from '../crest/resource-error.js';

/** Of one object of a batch: what came of it, or why nothing did. */
export type Tried<T> = { readonly value: T } | { readonly error: Error };

/** The value, or throws the error. */
export function got<T>(tried: Tried<T> | undefined): T {
  if (tried === undefined) throw new ResourceError(500, 'A mapping gave nothing for an object');
  if ('error' in tried) throw tried.error;
  return tried.value;
}

/** A script's failure as that of its object. */
export function scriptError(what: string, cause: Error): Tried<never> {
  return { error: new ResourceError(500, `${what}: ${cause.message}`, { cause }) };
}

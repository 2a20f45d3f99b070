import { GuardedString } from '../../../protocol/model/index.js';
import { SecretError } from '../secret-error.js';

/** An environment variable whose name begins with the configured prefix; the reference names the rest. */
export function readFromEnvironment(environment: NodeJS.ProcessEnv, prefix: string, name: string): GuardedString {
  const value = environment[`${prefix}${name}`];
  if (value === undefined || value === '') throw new SecretError(`The environment variable ${prefix}${name}, which a secret refers to, is not set.`);
  return new GuardedString(value);
}

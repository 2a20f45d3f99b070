import { isAbsolute, join } from 'node:path';
import { SecretError } from '../secret-error.js';
import type { SecretValue } from '../secret-value.js';
import { readSecretFile } from './read-file.js';

/** Path of a systemd credential (LoadCredential=, LoadCredentialEncrypted=, SetCredential= of the unit). */
export function credentialPath(environment: NodeJS.ProcessEnv, name: string): string {
  const directory = environment['CREDENTIALS_DIRECTORY'];
  if (directory === undefined || !isAbsolute(directory)) {
    throw new SecretError(`There are no systemd credentials here (CREDENTIALS_DIRECTORY is not set): start the agent as a systemd unit with LoadCredential=${name}:PATH, or a command by systemd-run with the same property.`);
  }
  return join(directory, name);
}

export async function readCredential(environment: NodeJS.ProcessEnv, name: string): Promise<SecretValue> {
  return readSecretFile(credentialPath(environment, name), `The systemd credential ${name}`);
}

import { readAuthorityFile } from '../tls/authority-file.js';
import { attempt, lookAtFile, ok, type CheckResult } from './check-result.js';

/** A file of authorities whose certificates are trusted. */
export async function checkAuthorityFile(setting: string, file: string): Promise<CheckResult> {
  const subject = { setting, file };
  const unreadable = await lookAtFile(setting, file);
  if (unreadable !== undefined) return unreadable;
  const read = await attempt(subject, () => readAuthorityFile(setting, file), 'Put the PEM of the authorities there, or correct the setting.');
  return 'result' in read ? read.result : ok(subject, 'can be read.');
}

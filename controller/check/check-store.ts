import type { ControllerConfig } from '../config/controller-config.js';
import { storePassword } from '../store/database/open-database.js';
import { checkAuthorityFile } from './check-authority-file.js';
import { attempt, lookAtFile, ok, warning, type CheckResult } from './check-result.js';

/** The password and the authorities of the database. Whether it can be reached shows at the start. */
export async function checkStore({ store: { url, password } }: Pick<ControllerConfig, 'store'>): Promise<CheckResult[]> {
  const subject = { setting: 'store.password', file: password !== undefined && 'file' in password ? password.file : undefined };
  if (url === undefined) return password === undefined ? [] : [warning(subject, 'is set and not used: store.url is not set, so the database is the one in the data folder.')];
  const results: CheckResult[] = [];
  if (url.rootCertificate !== undefined) results.push(await checkAuthorityFile('store.url', url.rootCertificate));
  if (password === undefined) return results;
  const unreadable = subject.file === undefined ? undefined : await lookAtFile(subject.setting, subject.file);
  const read = unreadable === undefined ? await attempt(subject, () => storePassword(password), 'Set it where the controller runs, or correct the setting.') : { result: unreadable };
  results.push('result' in read ? read.result : ok(subject, 'can be read.'));
  return results;
}

import type { ControllerConfig } from '../config/controller-config.js';
import { headerValue } from '../configured-telemetry.js';
import { attempt, failed, lookAtFile, ok, type CheckResult } from './check-result.js';

/** The secret the console shows the identity provider. */
export async function checkConsole({ console: { oidc } }: Pick<ControllerConfig, 'console'>): Promise<CheckResult[]> {
  const source = oidc?.clientSecret;
  if (source === undefined) return [];
  const subject = { setting: 'console.oidc.clientSecret', file: 'file' in source ? source.file : undefined };
  const unreadable = subject.file === undefined ? undefined : await lookAtFile(subject.setting, subject.file);
  if (unreadable !== undefined) return [unreadable];
  const read = await attempt(subject, () => headerValue(subject.setting, source), 'Set it where the controller runs, or correct the setting.');
  if ('result' in read) return [read.result];
  return [read.value === '' ? failed(subject, 'is empty. Put the secret of the client there.') : ok(subject, 'can be read.')];
}

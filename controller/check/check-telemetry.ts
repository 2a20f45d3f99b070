import type { ControllerConfig } from '../config/controller-config.js';
import { headerValue } from '../configured-telemetry.js';
import { checkAuthorityFile } from './check-authority-file.js';
import { attempt, failed, lookAtFile, ok, type CheckResult } from './check-result.js';

/** The authorities of the collector, and where its headers come from. */
export async function checkTelemetry({ telemetry }: Pick<ControllerConfig, 'telemetry'>): Promise<CheckResult[]> {
  if (telemetry === undefined) return [];
  const results: CheckResult[] = [];
  if (telemetry.tls !== undefined) results.push(await checkAuthorityFile('telemetry.tls.ca', telemetry.tls.ca));
  for (const [name, source] of Object.entries(telemetry.headers)) {
    const subject = { setting: `telemetry.headers.${name}`, file: 'file' in source ? source.file : undefined };
    const unreadable = subject.file === undefined ? undefined : await lookAtFile(subject.setting, subject.file);
    const read = unreadable === undefined ? await attempt(subject, () => headerValue(subject.setting, source), 'Set it where the controller runs, or correct the setting.') : { result: unreadable };
    if ('result' in read) results.push(read.result);
    else results.push(read.value === '' ? failed(subject, 'is empty. Put the value of the header there.') : ok(subject, 'can be read.'));
  }
  return results;
}

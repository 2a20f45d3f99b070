import { ConnectorError } from '../../protocol/model/index.js';
import { isTimeout, within, seconds, type Patience } from './bounded.js';
import type { Finding } from './finding.js';
import { systemConfigurationFaults, systemLoginFaults, systemTestFaults } from './system-faults.js';
import type { OpenedSystem } from './system-host.js';

/** Has the connector's own test done, and names what came of it. */
export async function judgeTest(subject: string, opened: OpenedSystem, patience: Patience): Promise<Finding[]> {
  const started = performance.now();
  try {
    await within(patience, (signal) => opened.test(signal));
    const took = seconds(performance.now() - started);
    return [systemLoginFaults.ok(subject, 'The target accepts the connector.'), systemTestFaults.ok(subject, `The connector's own test passed in ${took}.`)];
  } catch (error) {
    patience.signal.throwIfAborted();
    if (isTimeout(error)) return [systemTestFaults.found('system-test-timeout', subject, `The connector's test: ${(error as Error).message}.`)];
    return judged(subject, error);
  }
}

function judged(subject: string, error: unknown): Finding[] {
  const what = error instanceof Error ? error.message : String(error);
  const kind = error instanceof ConnectorError ? error.kind : 'connector';
  const notTested = systemTestFaults.skipped(subject, 'Not tried: the login has to succeed first.');
  switch (kind) {
    case 'invalidCredential': case 'invalidPassword':
      return [systemLoginFaults.found('system-login-refused', subject, what), notTested];
    case 'passwordExpired':
      return [systemLoginFaults.found('system-password-expired', subject, what), notTested];
    case 'operationTimeout':
      return [systemTestFaults.found('system-test-timeout', subject, what)];
    case 'configuration':
      return ofConfiguration(subject, what);
    case 'permissionDenied':
      return [denied(subject, what)];
    default:
      return [systemTestFaults.found('system-test-failed', subject, what)];
  }
}

/** Connectors say so of a property that is wrong, of a secret that is not there, and of what the target does not have. */
function ofConfiguration(subject: string, what: string): Finding[] {
  if (what.includes('cannot be had')) return [systemConfigurationFaults.found('system-secret-missing', subject, what)];
  if (!/does not exist|not found|no such|ENOENT/i.test(what)) return [systemConfigurationFaults.found('system-configuration-invalid', subject, what)];
  return [systemLoginFaults.ok(subject, 'The target accepts the connector.'), systemTestFaults.found('system-base-missing', subject, what)];
}

function denied(subject: string, what: string): Finding {
  if (what.includes('secrets.allow')) return systemConfigurationFaults.found('system-secret-refused', subject, what);
  return what.includes('policy of this agent') ? systemConfigurationFaults.found('system-policy-refuses', subject, what) : systemTestFaults.found('system-no-rights', subject, what);
}

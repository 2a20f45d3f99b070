import { CertificateError } from '../../certs/certificate-error.js';
import { prepareStateDirectory } from '../agent.js';
import { loadConfig } from '../config/load-config.js';
import { enrolByAcme } from '../enrolment/acme/enrol-acme.js';
import { EnrolmentRefused } from '../enrolment/enrolment-client.js';
import { acmeOf, identityDirectory } from '../enrolment/enrolment-parts.js';
import { IdentityError, IdentityStore } from '../enrolment/identity-store.js';
import { productVersion } from '../version.js';
import type { Write } from './agent-commands.js';
import { LIMIT_MS, reportOf, type Enrolled } from './enroll-agent.js';
import { CliError, EXIT } from './exit-codes.js';

/** Gets the first certificate of the authority in `enrolment.acme`. Rejects with a {@link CliError}; it holds no secret. */
export async function enrollByAcme({ file, replace }: { readonly file: string; readonly replace?: boolean | undefined }, warn: Write): Promise<Enrolled> {
  const config = await loadConfig(file);
  const { acme } = config.enrolment;
  await prepareStateDirectory(config.agent.stateDirectory);
  const store = new IdentityStore(identityDirectory(config));
  const source = acmeOf(config, store, { version: productVersion(), onLeftBehind: (problem) => { warn(`Warning: a DNS record was left behind: ${problem}.\n`); } });
  if (acme === undefined || source === undefined) throw new CliError('The configuration has no enrolment.acme: name the directory of the authority and the names to ask for.', EXIT.usage);
  const stop = AbortSignal.timeout(LIMIT_MS + acme.validationTimeout);
  try {
    const manifest = await enrolByAcme({ store, config: acme, source: await source(), replace: replace === true, stop, onRetry: (reason) => { warn(`${reason}; trying again.\n`); } });
    if (manifest.current === undefined) throw new IdentityError('The enrolment is not complete; run it again.');
    return reportOf(config, { manifest, current: manifest.current, directory: store.path }, warn);
  } catch (error) {
    throw explained(error, stop);
  }
}

function explained(error: unknown, stop: AbortSignal): unknown {
  if (stop.aborted) return new CliError('The authority did not issue a certificate in time. Run the command again: it goes on with the same order.');
  if (error instanceof EnrolmentRefused) return new CliError(`No certificate: ${error.message}.`);
  if (error instanceof IdentityError || error instanceof CertificateError) return new CliError(error.message);
  return error instanceof Error ? new CliError(`No certificate: ${error.message}`) : error;
}

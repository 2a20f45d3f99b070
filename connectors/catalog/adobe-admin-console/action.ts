import { ConnectorError, type ErrorKind, type FailedWriteOutcome } from '../../../protocol/model/index.js';
import { isJsonObject, textAt, valueAt, type Json, type JsonObject, type RestCall } from '../../engines/rest/index.js';

/** Steps for one user or user group (https://adobe-apiplatform.github.io/umapi-documentation/en/api/ActionsCmds.html, /usergroupActionCommands.html). */
export interface Command {
  readonly root: { readonly user: string } | { readonly usergroup: string };
  readonly steps: readonly JsonObject[];
}

const MISSING = new Set(['error.user.nonexistent', 'error.user.nonexistent_or_has_conflicting_parameters', 'error.user.not_found', 'error.user.not_in_org', 'error.usergroup.not_found']);
const THERE = new Set(['error.user.already_in_org', 'error.user.already_exists', 'error.user.already_invited', 'error.usergroup.already_exists']);
const LATER = new Set(['error.organization.migrating', 'error.api.not_available']);

/** https://adobe-apiplatform.github.io/umapi-documentation/en/api/ErrorRef.html */
function meaningOf(code: string, operation: 'create' | 'update' | 'delete'): { readonly kind: ErrorKind; readonly outcome: FailedWriteOutcome } {
  if (code.startsWith('error.internal.')) return { kind: 'connectorIo', outcome: 'unknown' };
  if (LATER.has(code)) return { kind: 'retryable', outcome: 'notApplied' };
  if (operation === 'create' && THERE.has(code)) return { kind: 'alreadyExists', outcome: 'notApplied' };
  if (operation !== 'create' && MISSING.has(code)) return { kind: 'unknownUid', outcome: 'notApplied' };
  return { kind: 'invalidAttributeValue', outcome: 'notApplied' };
}

function failedStep({ step }: JsonObject): number {
  const number = Number(step ?? 0);
  return Number.isInteger(number) ? number : 0;
}

/**
 * Has Adobe carry the commands out, one after the other. A step Adobe refuses comes in a good answer; those before it have been carried
 * out then, and the error says so. `what` is the object, for the message.
 */
export async function carryOut(call: RestCall, operation: 'create' | 'update' | 'delete', what: string, commands: readonly Command[]): Promise<void> {
  let done = 0;
  for (const { root, steps } of commands) {
    call.signal.throwIfAborted();
    const answer = await asked(call, [{ ...root, do: steps }], done, what);
    const error = errorIn(answer);
    if (error !== undefined) throw refusal(operation, what, error, done + failedStep(error));
    done += steps.length;
  }
}

async function asked(call: RestCall, json: Json, done: number, what: string): Promise<Json> {
  try {
    return await call.send('POST /usermanagement/action/{orgId}', { json });
  } catch (error) {
    if (done === 0 || !(error instanceof ConnectorError)) throw error;
    throw new ConnectorError(error.kind, `Of the changes of ${what} ${done} were made, then one failed: ${error.message}`, { cause: error, outcome: 'applied' });
  }
}

/** Undefined where everything was carried out. */
function errorIn(answer: Json): JsonObject | undefined {
  if (textAt(answer, 'result') === 'success') return undefined;
  const error = valueAt(answer, 'errors[0]');
  if (isJsonObject(error)) return error;
  throw new ConnectorError('connector', 'The answer of the User Management API says neither that it has carried the command out nor what is wrong with it.', { outcome: 'unknown' });
}

function refusal(operation: 'create' | 'update' | 'delete', what: string, error: JsonObject, done: number): ConnectorError {
  const code = textAt(error, 'errorCode') ?? 'without a code';
  const { kind, outcome } = meaningOf(code, operation);
  const said = `The User Management API refused it (${code}): ${(textAt(error, 'message') ?? 'no reason given').slice(0, 300)}.`;
  const before = operation === 'create' ? `${what} was created` : `${what} was changed in part`;
  // What there was to do on an object that exists by now is no matter of its existence.
  if (done > 0) return new ConnectorError(kind === 'unknownUid' || kind === 'alreadyExists' ? 'invalidAttributeValue' : kind, `${before}, but not everything that was asked for was done. ${said}`, { outcome: 'applied' });
  return new ConnectorError(kind, `${what} could not be ${{ create: 'created', update: 'updated', delete: 'removed' }[operation]}. ${said}`, { outcome });
}

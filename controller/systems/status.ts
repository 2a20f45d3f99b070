import { ALL, anySignal, ConnectorError, ERROR_KINDS, type CallContext } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import type { CallerContext } from '../crest/request.js';
import { ResourceError } from '../crest/resource-error.js';
import { callContext } from './requests/object-call.js';
import { referenceJson, type System } from './system.js';

/** Milliseconds. */
const LONGEST_TEST = 60_000;
const CREDENTIAL_KINDS: ReadonlySet<string> = new Set(['invalidCredential', 'invalidPassword', 'passwordExpired', 'unknownUid']);

/**
 * The status object of a system: always an answer, never an error. `error` has the original's wording; `reason`, ours, says
 * what is behind it.
 */
export async function systemStatus(system: System, context: CallerContext): Promise<JsonObject> {
  const status: JsonObject = { name: system.name, enabled: system.isEnabled, config: `config/provisioner.openicf/${system.fileName}` };
  if (system.setup !== undefined) status['connectorRef'] = referenceJson(system.setup.source);
  const { displayName } = system;
  if (displayName !== undefined) status['displayName'] = displayName;
  if (system.setup !== undefined) status['objectTypes'] = [ALL, ...[...system.setup.types.keys()].filter((name) => name !== ALL)];
  return { ...status, ...await testSystem(system, context) };
}

/** `{error?, reason?, ok}`, `ok` last. */
async function testSystem(system: System, context: CallerContext): Promise<JsonObject> {
  try {
    const facade = system.facade();
    if (!facade.supportedOperations.has('TestApiOp')) return { error: 'TEST UnsupportedOperation', ok: false };
    await withinTime(context, (call) => facade.perform({ kind: 'test' }, call));
    return { ok: true };
  } catch (error) {
    if (context.signal.aborted) throw error;
    return { ...testFailure(error, (text) => system.connector?.scrub(text) ?? text), ok: false };
  }
}

/** One target that does not answer must not hold up the status of the others. */
async function withinTime(context: CallerContext, run: (call: CallContext) => Promise<void>): Promise<void> {
  const late = AbortSignal.timeout(LONGEST_TEST);
  try {
    await run({ ...callContext(context), signal: anySignal(context.signal, late) });
  } catch (error) {
    if (late.aborted) throw new ConnectorError('operationTimeout', `The target did not answer the test within ${LONGEST_TEST / 1_000} s.`);
    throw error;
  }
}

export function isCredentialFailure(error: unknown): boolean {
  return error instanceof ConnectorError && CREDENTIAL_KINDS.has(error.kind);
}

/** `{error, reason?}` of a failed test, without the system's secrets. */
export function testFailure(error: unknown, scrub: (text: string) => string): JsonObject {
  if (error instanceof ResourceError) {
    const detail = typeof error.detail === 'object' && error.detail !== null && 'connectorMessage' in error.detail ? error.detail.connectorMessage : undefined;
    return { error: 'connector not available', ...(typeof detail === 'string' ? { reason: detail } : {}) };
  }
  if (!(error instanceof ConnectorError)) return { error: 'the controller failed; its log says why' };
  const text = scrub(error.message);
  return isCredentialFailure(error) ? { error: 'Connection Error', reason: text } : { error: text === '' ? ERROR_KINDS[error.kind].javaClass : text };
}

/** What a failed test of a configuration that is no system yet says: `<class>: <message>`. */
export function testErrorText(error: unknown, scrub: (text: string) => string): string {
  if (error instanceof ConnectorError) return `${error.javaClass}: ${scrub(error.message)}`;
  return error instanceof Error ? scrub(error.message) : 'the test failed';
}

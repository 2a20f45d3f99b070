import { ConnectorError, OperationOptions, type Uid, type BatchTask, type ConnectorObject } from '../../protocol/model/index.js';
import type { JsonObject } from '../../protocol/crest/json.js';
import { PolicyRefusal } from '../policy/policy-refusal.js';
import { attributeChanges, removedAttributes, type AttributeChange } from './attribute-changes.js';
import type { DeskSession } from './desk-session.js';
import type { Shape } from './object-classes.js';
import { nameOf } from './object-json.js';
import { cell } from './row-table.js';
import { rehearsalTraffic } from './rehearsal-traffic.js';

/** What a write would do, found out without writing. */
export interface DryRun {
  readonly operation: BatchTask['kind'];
  readonly objectClass: string;
  readonly uid: string | undefined;
  readonly name: string | undefined;
  readonly policy: { readonly allowed: boolean; readonly rule: string; readonly message?: string };
  /** Undefined: there is no such object. */
  readonly changes: readonly AttributeChange[] | undefined;
  /** The first request that would write; undefined: not known, and why. */
  readonly request: string | undefined;
  readonly requestUnknown: string | undefined;
}

/** Reads what is there and asks policy and connector what the write would be. Nothing is sent that writes. */
export async function dryRun(session: DeskSession, write: BatchTask, shape: Shape): Promise<DryRun> {
  const before = write.kind === 'create' ? undefined : await current(session, write.objectClass, write.uid);
  const isMissing = write.kind !== 'create' && before === undefined;
  const policy = await judged(session, write);
  const changes = isMissing ? undefined : write.kind === 'delete' ? removedAttributes(before as ConnectorObject, shape) : attributeChanges(before, write.attributes, write.kind === 'create' ? 'REPLACE' : write.updateType, shape);
  const sent = policy.allowed && !isMissing ? await requestOf(session, write) : { request: undefined, requestUnknown: isMissing ? 'there is no such object' : 'the policy refuses it' };
  return {
    operation: write.kind, objectClass: write.objectClass, uid: write.kind === 'create' ? undefined : write.uid.value, name: before === undefined ? undefined : nameOf(before),
    policy, changes, ...sent,
  };
}

async function current({ desk, call }: DeskSession, objectClass: string, uid: Uid): Promise<ConnectorObject | undefined> {
  return await desk.facade.perform({ kind: 'get', objectClass, uid, options: OperationOptions.none }, call()) ?? undefined;
}

async function judged({ desk, call }: DeskSession, write: BatchTask): Promise<DryRun['policy']> {
  try {
    return { allowed: true, rule: await (await desk.guard()).rehearse(write, desk.facade, call()) };
  } catch (error) {
    if (!(error instanceof PolicyRefusal)) throw error;
    return { allowed: false, rule: error.rule, message: error.message };
  }
}

/** Has the connector begin the write on a facade where the first request that writes is stopped. */
async function requestOf({ desk, target, call, traffic }: DeskSession, write: BatchTask): Promise<Pick<DryRun, 'requestUnknown'> & { readonly request: string | undefined }> {
  const { connector } = target;
  if (connector.traffic === undefined) return { request: undefined, requestUnknown: `${connector.displayName} cannot be looked at on its way to the target` };
  const rehearsal = rehearsalTraffic(traffic);
  const facade = await desk.rehearsing(rehearsal.traffic);
  try {
    await facade.perform(write, call());
  } catch (error) {
    if (rehearsal.stopped === undefined) return { request: undefined, requestUnknown: `the connector refuses it before anything would be sent: ${error instanceof Error ? error.message : String(error)}` };
    if (!(error instanceof ConnectorError)) throw error;
  }
  return rehearsal.stopped === undefined ? { request: undefined, requestUnknown: 'the connector would send nothing' } : { request: rehearsal.stopped, requestUnknown: undefined };
}

export function dryRunJson({ changes, request, requestUnknown, ...rest }: DryRun): JsonObject {
  return {
    operation: rest.operation, objectClass: rest.objectClass, uid: rest.uid ?? null, name: rest.name ?? null, policy: { ...rest.policy }, exists: changes !== undefined,
    changes: (changes ?? []).map(({ added, removed, ...change }) => ({ ...change, added: [...added], removed: [...removed] })), request: request ?? null, requestUnknown: requestUnknown ?? null,
  };
}

export function dryRunText({ operation, objectClass, uid, name, policy, changes, request, requestUnknown }: DryRun): string {
  const what = uid === undefined ? objectClass : `${objectClass} ${uid}${name === undefined || name === uid ? '' : ` (${name})`}`;
  return [
    `dry run: ${operation} of ${what}; nothing is written`,
    `policy:  ${policy.allowed ? 'allowed' : 'REFUSED'} by ${policy.rule}${policy.message === undefined ? '' : `: ${policy.message}`}`,
    ...(changes === undefined ? ['object:  there is no such object'] : changes.length === 0 ? ['changes: none: the object is like that already'] : ['changes:', ...changes.flatMap(changeLines)]),
    request === undefined ? `request: not known: ${requestUnknown ?? ''}` : `request: ${request.replaceAll('\n', '\n         ')}`,
  ].join('\n').concat('\n');
}

function changeLines({ attribute, added, removed, kept, isMasked }: AttributeChange): string[] {
  const lines = [...removed.map((value) => `    - ${cell(value)}`), ...added.map((value) => `    + ${cell(value)}`)];
  const note = isMasked ? ' (confidential: whether it differs is not known)' : kept > 0 ? ` (${kept} ${kept === 1 ? 'value stays' : 'values stay'})` : '';
  return [`  ${attribute}${note}`, ...lines];
}

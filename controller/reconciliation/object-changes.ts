import type { SyncToken } from '../../protocol/model/index.js';
import type { JsonObject } from '../crest/json.js';
import { representation } from '../crest/write-answer.js';
import { defaultAttributes, withAttributes } from '../systems/object-type.js';
import { toResource } from '../systems/read-object.js';
import { callContext, facadeFor, translated, type ObjectCall } from '../systems/requests/object-call.js';
import { tokenFromJson, tokenJson } from '../sync/sync-token-json.js';
import type { SetObject } from './object-set.js';

/** What happened to one object since a token. */
export interface SetChange {
  readonly id: string;
  /** Its id before, when it has another one now. */
  readonly formerId: string | undefined;
  /** Undefined: it is gone. */
  readonly object: SetObject | undefined;
  /** Where to go on behind this change. */
  readonly token: JsonObject;
}

/** The changes of an object set, for runs that read no more than these. */
export interface SetChanges {
  /** Changes whenever the set might show the same objects otherwise: with the configuration of its system. */
  readonly definition: string;
  /** Whether changes carry these properties; undefined: all. */
  carry(names: readonly string[] | undefined): boolean;
  /** Where changes begin that are made from now on; undefined when the system tells none. */
  latest(signal: AbortSignal): Promise<JsonObject | undefined>;
  /** Changes in their order; the end answers where to go on. Ends normally only after all of them. */
  since(token: JsonObject, signal: AbortSignal): AsyncGenerator<SetChange, JsonObject | undefined, void>;
}

/** Changes by the system's own sync, or by the agent's snapshots. */
export function systemChanges(callOf: (signal: AbortSignal) => ObjectCall): SetChanges {
  const now = (): ObjectCall => callOf(new AbortController().signal);
  return {
    get definition() {
      return now().system.digest;
    },
    carry(names) {
      const { type } = now();
      return names?.every((name) => type.properties.get(name)?.isReturnedByDefault === true) ?? [...type.properties.values()].every((property) => property.isReturnedByDefault);
    },
    async latest(signal) {
      const call = callOf(signal);
      const facade = facadeFor(call, 'SyncApiOp', 'SYNC');
      const token = await translated(call, 'ACTION', call.container, () => facade.perform({ kind: 'latestSyncToken', objectClass: call.type.objectClass }, callContext(call.context)));
      return token === null ? undefined : tokenJson(token);
    },
    since: (token, signal) => changesSince(callOf(signal), token),
  };
}

async function* changesSince(call: ObjectCall, stored: JsonObject): AsyncGenerator<SetChange, JsonObject | undefined, void> {
  const token = tokenFromJson(stored);
  if (token === undefined) throw new TypeError('there is no token to go on from');
  const facade = facadeFor(call, 'SyncApiOp', 'SYNC');
  const deltas = facade.stream({ kind: 'sync', objectClass: call.type.objectClass, token, options: withAttributes(defaultAttributes(call.type)) }, callContext(call.context));
  try {
    for (;;) {
      const step = await translated(call, 'ACTION', call.container, () => deltas.next());
      if (step.done === true) return step.value === undefined ? undefined : tokenJson(step.value satisfies SyncToken);
      const { kind, uid, previousUid, object, token: reached } = step.value;
      if (kind !== 'DELETE' && object === undefined) throw new Error(`the ${kind} change of ${uid.value} has no object`);
      yield {
        id: uid.value, formerId: previousUid?.value, token: tokenJson(reached),
        object: object === undefined || kind === 'DELETE' ? undefined : representation(toResource(call.type, object), []) as SetObject,
      };
    }
  } finally {
    await deltas.return(undefined);
  }
}

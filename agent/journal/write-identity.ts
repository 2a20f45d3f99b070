import { createHmac } from 'node:crypto';
import { Name, findAttribute, type BatchTask, type Operation } from '../../protocol/model/index.js';
import type { Intent } from './journal-record.js';

/** A write that is journaled by itself. */
export type JournaledOperation = Exclude<BatchTask, never> | Extract<Operation, { readonly kind: 'scriptOnConnector' | 'scriptOnResource' }>;

export function isJournaled(operation: Operation): operation is JournaledOperation {
  return operation.kind === 'create' || operation.kind === 'update' || operation.kind === 'delete' || operation.kind === 'scriptOnConnector' || operation.kind === 'scriptOnResource';
}

/** The name a create asks for. */
export function nameOf(operation: Operation): string | undefined {
  if (operation.kind !== 'create') return undefined;
  const name = findAttribute(operation.attributes, '__NAME__');
  return name instanceof Name ? name.value : typeof name?.values?.[0] === 'string' ? name.values[0] : undefined;
}

export class WriteIdentity {
  readonly #key: Buffer;

  constructor(key: Buffer) {
    this.#key = key;
  }

  /** Of a value that must not be told. */
  digest(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, 22);
  }

  /** The same for the same write at the same system; secrets are left out, so that nothing can be guessed from it. */
  fingerprint(operation: JournaledOperation, systemId: string): string {
    return this.digest(JSON.stringify([systemId, operation], plain));
  }
}

/** What the journal holds of a write. `place`: who asks, for what, where. */
export function intentOf(identity: WriteIdentity, operation: JournaledOperation, place: Pick<Intent, 'operationId' | 'principal' | 'connector' | 'systemId' | 'passedTo' | 'at'>): Intent {
  const name = nameOf(operation);
  return {
    ...place, kind: operation.kind,
    objectClass: 'objectClass' in operation ? operation.objectClass : undefined,
    uid: 'uid' in operation ? operation.uid.value : undefined,
    nameDigest: name === undefined ? undefined : identity.digest(name),
    fingerprint: identity.fingerprint(operation, place.systemId),
  };
}

/** ICF values as JSON can hold them. Guarded values show themselves as `***`. */
function plain(key: string, value: unknown): unknown {
  // Peers write a revision of their own for none (protocol section 7.15).
  if (key === 'revision') return undefined;
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)];
  if (value instanceof Set) return [...(value as Set<unknown>)];
  return value;
}

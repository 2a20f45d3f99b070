import { createHash } from 'node:crypto';
import { NAME, findAttribute, type Attribute, type BatchTask, type Operation, type OperationKind, type Script, type Uid } from '../../protocol/model/index.js';
import type { OperationAudit } from './audit-log.js';

/** What an operation is about, as far as audit may tell: names and identifiers, never values. */
export type OperationFacts = Pick<OperationAudit, 'objectClass' | 'uid' | 'name' | 'updateType' | 'attributes' | 'scriptLanguage' | 'scriptSha256'>;

/** Names beyond this are not looked at; the line says how many there were. */
const MOST_NAMES = 1000;

export function operationFacts(operation: Operation | BatchTask): OperationFacts {
  // The table is complete; that a kind finds the entry of its own kind cannot be told to the compiler.
  return (FACTS[operation.kind] as (operation: Operation) => OperationFacts)(operation);
}

const none = (): OperationFacts => ({});
const ofClass = ({ objectClass }: { readonly objectClass: string }): OperationFacts => ({ objectClass });
const ofObject = ({ objectClass, uid }: { readonly objectClass: string; readonly uid: Uid }): OperationFacts => ({ objectClass, uid: uid.value });
const ofUser = ({ objectClass, username }: { readonly objectClass: string; readonly username: string }): OperationFacts => ({ objectClass, name: username });
const ofScript = ({ script }: { readonly script: Script }): OperationFacts => ({ scriptLanguage: script.language, scriptSha256: createHash('sha256').update(script.text, 'utf8').digest('hex') });

const FACTS: { readonly [K in OperationKind]: (operation: Extract<Operation, { kind: K }>) => OperationFacts } = {
  create: ({ objectClass, attributes }) => ({ objectClass, name: nameOf(attributes), attributes: namesOf(attributes) }),
  update: ({ objectClass, uid, updateType, attributes }) => ({ objectClass, uid: uid.value, name: nameOf(attributes), updateType, attributes: namesOf(attributes) }),
  delete: ofObject, get: ofObject, authenticate: ofUser, resolveUsername: ofUser, scriptOnConnector: ofScript, scriptOnResource: ofScript,
  search: ofClass, sync: ofClass, subscribeToObjects: ofClass, subscribeToChanges: ofClass, latestSyncToken: ofClass,
  test: none, validate: none, schema: none, batch: none, queryBatch: none,
};

function namesOf(attributes: readonly Attribute[]): string[] {
  return attributes.slice(0, MOST_NAMES).map(({ name }) => name);
}

/** The name the object is to have, where one is given. */
function nameOf(attributes: readonly Attribute[]): string | undefined {
  const value = findAttribute(attributes, NAME)?.values?.[0];
  return typeof value === 'string' ? value : undefined;
}

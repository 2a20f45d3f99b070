import type { Entry } from '../../directory/contract.js';
import { firstText } from '../../directory/entry.js';
import type { ChangeRecord } from '../change-record.js';
import { loggedNames, renamedTypes } from '../log-names.js';
import { parseAttributes, parseModifications, type LdifAttributes } from './ldif-changes.js';

/** Attributes of draft-good-ldap-changelog, and what servers add: who it was, and which entry, by its immutable id. */
export const CHANGE_LOG_ATTRIBUTES = [
  'targetDN', 'changeType', 'changes', 'newRDN', 'newSuperior', 'targetEntryUUID', 'targetUniqueID', 'changeInitiatorsName', 'ibm-changeInitiatorsName', 'deletedEntryAttrs',
] as const;

const NAMES = { dn: 'targetDN', type: 'changeType', newRdn: 'newRDN', newSuperior: 'newSuperior' } as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const NOTHING: LdifAttributes = new Map();

/** The attribute of a log entry in which servers keep the uid attribute of the entry that was changed. */
function loggedUid(entry: Entry, uidAttribute: string): string | undefined {
  const key = uidAttribute.toLowerCase();
  const unique = firstText(entry, 'targetUniqueID');
  if (key === 'nsuniqueid') return unique;
  const logged = firstText(entry, `target${key}`);
  // DS keeps entryUUID in targetUniqueID; 389 Directory Server has its nsUniqueId there, which is no UUID.
  return logged ?? (key === 'entryuuid' && unique !== undefined && UUID.test(unique) ? unique : undefined);
}

function changesOf(entry: Entry, kind: ChangeRecord['kind']): LdifAttributes {
  const changes = firstText(entry, 'changes');
  if (kind === 'delete') return parseAttributes(firstText(entry, 'deletedEntryAttrs') ?? changes ?? '');
  if (changes === undefined) return NOTHING;
  return kind === 'add' ? parseAttributes(changes) : parseModifications(changes);
}

function authorOf(entry: Entry, changes: LdifAttributes): string | undefined {
  return firstText(entry, 'changeInitiatorsName') ?? firstText(entry, 'ibm-changeInitiatorsName') ?? changes.get('modifiersname')?.at(-1) ?? changes.get('creatorsname')?.at(-1);
}

/** Reads a change log entry; a text says why it cannot be used. */
export function toChangeRecord(entry: Entry, number: number, uidAttribute: string): ChangeRecord | string {
  const names = loggedNames(entry, NAMES);
  if (typeof names === 'string') return names;
  const { kind } = names;
  const changes = changesOf(entry, kind);
  return {
    ...names,
    uid: loggedUid(entry, uidAttribute) ?? (kind === 'add' || kind === 'delete' ? changes.get(uidAttribute.toLowerCase())?.[0] : undefined),
    touched: new Set([...changes.keys(), ...renamedTypes(names)]),
    author: authorOf(entry, changes),
    objectClasses: kind === 'delete' ? changes.get('objectclass') : undefined,
    label: `change ${number}`,
  };
}

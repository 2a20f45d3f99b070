import type { Entry } from '../directory/contract.js';
import { firstText } from '../directory/entry.js';
import { formatDn, parentOf, parseDn, tryParseDn } from '../dn.js';
import type { ChangeRecord } from './change-record.js';

/** What kind of change a log entry tells of, and the DNs concerned. */
export type LoggedNames = Pick<ChangeRecord, 'kind' | 'dn' | 'newDn'>;

/** The attributes of a kind of log that hold these. */
export interface NameAttributes { readonly dn: string; readonly type: string; readonly newRdn: string; readonly newSuperior: string }

const KINDS: ReadonlyMap<string, ChangeRecord['kind']> = new Map([['add', 'add'], ['modify', 'modify'], ['modrdn', 'rename'], ['moddn', 'rename'], ['delete', 'delete']]);

/** The DN after a modify DN operation; undefined when a log holds DNs that are none. */
function renamedDn(dn: string, newRdn: string, newSuperior: string | undefined): string | undefined {
  try {
    return formatDn([...parseDn(newRdn), ...(newSuperior === undefined ? parentOf(parseDn(dn)) : parseDn(newSuperior))]);
  } catch {
    return undefined;
  }
}

/** Reads kind and DNs of a log entry; a text says why they cannot be used. */
export function loggedNames(entry: Entry, attributes: NameAttributes): LoggedNames | string {
  const dn = firstText(entry, attributes.dn);
  const kind = KINDS.get(firstText(entry, attributes.type)?.toLowerCase() ?? '');
  if (dn === undefined || tryParseDn(dn) === undefined || kind === undefined) return `it has no usable ${attributes.dn} and ${attributes.type}`;
  if (kind !== 'rename') return { kind, dn, newDn: undefined };
  const newRdn = firstText(entry, attributes.newRdn);
  const newDn = newRdn === undefined ? undefined : renamedDn(dn, newRdn, firstText(entry, attributes.newSuperior));
  return newDn === undefined ? `it is a rename without a usable ${attributes.newRdn}` : { kind, dn, newDn };
}

/** Lower-case types of the RDNs a rename takes away and brings. */
export function renamedTypes({ dn, newDn }: LoggedNames): string[] {
  return newDn === undefined ? [] : [dn, newDn].flatMap((name) => (parseDn(name)[0] ?? []).map(({ attribute }) => attribute.toLowerCase()));
}

import { ConnectorError } from '../../../protocol/model/index.js';
import { typeKey } from './dn-normal-form.js';
import { formatDn, formatRdn, parentOf, parseDn, sameDn, type Dn, type Rdn } from './dn.js';

/** A modify DN operation. */
export interface Rename {
  readonly newRdn: string;
  /** Only when the entry moves. */
  readonly newSuperior: string | undefined;
  readonly newDn: string;
}

function exactRdn(rdn: Rdn): string {
  return formatRdn([...rdn].map(({ attribute, value }) => ({ attribute: attribute.toLowerCase(), value })).sort((a, b) => (a.attribute < b.attribute ? -1 : 1)));
}

/** Parses the DN of an entry to create or rename; the root is none. */
export function entryDn(text: string): Dn {
  const dn = parseDn(text);
  if (dn.length === 0) throw new ConnectorError('invalidAttributeValue', 'The name of an entry is its whole DN, such as "uid=jdoe,ou=people,dc=example,dc=com"; it must not be empty.');
  return dn;
}

/**
 * How to get from one DN to another; undefined when they name the same entry. A change of case in the RDN's value is a
 * rename too, because people see it; case and spacing elsewhere are not.
 */
export function planRename(current: string, wanted: string): Rename | undefined {
  const from = parseDn(current);
  const to = entryDn(wanted);
  const [oldRdn = []] = from;
  const [newRdn = []] = to;
  const moves = !sameDn(parentOf(from), parentOf(to));
  if (!moves && exactRdn(oldRdn) === exactRdn(newRdn)) return undefined;
  return { newRdn: formatRdn(newRdn), newSuperior: moves ? formatDn(parentOf(to)) : undefined, newDn: formatDn(to) };
}

/** Text values the RDN gives to one attribute of the entry. */
export function rdnValues(dn: Dn, attribute: string): string[] {
  return (dn[0] ?? []).flatMap((ava) => (typeKey(ava.attribute) === typeKey(attribute) && typeof ava.value === 'string' ? [ava.value] : []));
}

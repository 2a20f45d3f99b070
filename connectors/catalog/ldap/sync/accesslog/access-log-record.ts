import type { Entry } from '../../directory/contract.js';
import { firstText, texts } from '../../directory/entry.js';
import type { ChangeRecord } from '../change-record.js';
import { loggedNames, renamedTypes } from '../log-names.js';

/** Attributes of slapo-accesslog(5) that tell of a write. */
export const ACCESS_LOG_ATTRIBUTES = ['reqStart', 'reqType', 'reqDN', 'reqMod', 'reqOld', 'reqNewRDN', 'reqNewSuperior', 'reqEntryUUID', 'reqAuthzID'] as const;

const NAMES = { dn: 'reqDN', type: 'reqType', newRdn: 'reqNewRDN', newSuperior: 'reqNewSuperior' } as const;

/** `mail:+ a@example.com`, `title:-`, `uid: jdoe`: the attribute, without options, and the value. */
function nameAndValue(line: string): readonly [name: string, value: string] {
  const colon = line.indexOf(':');
  const name = (colon < 0 ? line : line.slice(0, colon)).split(';')[0] ?? '';
  return [name.toLowerCase(), colon < 0 ? '' : line.slice(colon + 1).replace(/^[-+=#]?\s?/, '')];
}

function valuesOf(lines: readonly string[], attribute: string): string[] {
  return lines.map(nameAndValue).filter(([name]) => name === attribute.toLowerCase()).map(([, value]) => value);
}

function uidOf(entry: Entry, kind: ChangeRecord['kind'], uidAttribute: string): string | undefined {
  if (uidAttribute.toLowerCase() === 'entryuuid') return firstText(entry, 'reqEntryUUID');
  if (kind === 'delete') return valuesOf(texts(entry, 'reqOld'), uidAttribute)[0];
  return kind === 'add' ? valuesOf(texts(entry, 'reqMod'), uidAttribute)[0] : undefined;
}

/** Reads a record of the access log; a text says why it cannot be used. */
export function toChangeRecord(entry: Entry, uidAttribute: string): ChangeRecord | string {
  const names = loggedNames(entry, NAMES);
  if (typeof names === 'string') return names;
  const { kind } = names;
  const classes = kind === 'delete' ? valuesOf(texts(entry, 'reqOld'), 'objectClass') : [];
  return {
    ...names,
    uid: uidOf(entry, kind, uidAttribute),
    touched: new Set([...texts(entry, 'reqMod').map((line) => nameAndValue(line)[0]), ...renamedTypes(names)]),
    author: firstText(entry, 'reqAuthzID')?.replace(/^dn:/i, ''),
    objectClasses: classes.length > 0 ? classes : undefined,
    label: `access log record ${firstText(entry, 'reqStart') ?? entry.dn}`,
  };
}

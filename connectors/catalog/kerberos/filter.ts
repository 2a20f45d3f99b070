import { Attribute, NAME, UID, attributeKey, type Filter } from '../../../protocol/model/index.js';
import { filterForScripts } from '../../engines/scripted/scripted-connector.js';
import type { FilterSplit } from '../../framework/spi.js';
import { withRealm } from './principal-names.js';
import { isBuiltIn } from './session.js';
import { kadminSettings, type KerberosConfig } from './settings.js';

const NAMES: ReadonlySet<string> = new Set([NAME, UID, 'principal'].map(attributeKey));

/**
 * Native is what asks for names only: the search lists all names, which is one command, and looks at those of them only that the
 * filter takes. kadmin's own patterns are not used: they are regular expressions of the server or filters of its LDAP directory,
 * whichever it has, and cannot tell `a*` from its text. A filter on `principal` is one on the name; a whole name may lack its realm.
 */
export function nativeFilter(given: Filter, _objectClass: string, config: KerberosConfig): FilterSplit {
  if (!isBuiltIn(config, 'searchScriptFileName')) return filterForScripts(given);
  const filter = normalized(given, kadminSettings(config).realm);
  if (isOnNames(filter)) return { native: filter, residual: undefined };
  const native = filter.kind === 'and' ? filter.operands.filter(isOnNames) : [];
  return { native: native.length > 1 ? { kind: 'and', operands: native } : native[0], residual: filter };
}

/** The one principal that can match, where the filter says its name. */
export function principalAsked(filter: Filter | undefined): string | undefined {
  if (filter?.kind === 'and') return filter.operands.map(principalAsked).find((name) => name !== undefined);
  if (filter?.kind !== 'equals' || !isName(filter.attribute.name)) return undefined;
  const [value, ...more] = filter.attribute.values ?? [];
  return typeof value === 'string' && more.length === 0 ? value : undefined;
}

function isOnNames(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.every(isOnNames);
    case 'not':
      return isOnNames(filter.operand);
    case 'presence':
      return isName(filter.name);
    case 'extendedMatch':
      return false;
    default:
      return isName(filter.attribute.name);
  }
}

function normalized(filter: Filter, realm: string): Filter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, operands: filter.operands.map((operand) => normalized(operand, realm)) };
    case 'not':
      return { kind: 'not', operand: normalized(filter.operand, realm) };
    case 'presence':
      return isName(filter.name) ? { kind: 'presence', name: NAME } : filter;
    case 'equals':
      return isName(filter.attribute.name) ? { kind: 'equals', attribute: new Attribute(NAME, whole(filter.attribute, realm)) } : filter;
    default:
      return isName(filter.attribute.name) ? { ...filter, attribute: new Attribute(NAME, filter.attribute.values) } : filter;
  }
}

function whole({ values }: Attribute, realm: string): Attribute['values'] {
  const [value, ...more] = values ?? [];
  return typeof value === 'string' && value !== '' && more.length === 0 ? [withRealm(value, realm)] : values;
}

function isName(name: string): boolean {
  return NAMES.has(attributeKey(name));
}

import { ConnectorError, attributeKey, type Attribute } from '../../../protocol/model/index.js';
import { secondsOf, timeOf } from './kadmin/kadmin-text.js';
import { READ_ONLY, WRITABLE, ownName } from './attributes.js';

type Change = 'create' | 'update';

/**
 * Attributes → options of add_principal and modify_principal (kadmin(1)). Everything getprinc prints may be written back as it is.
 * Throws `invalidAttributeValue` for what cannot be, and for attributes there are not; nothing has been done then.
 */
export function principalOptions(attributes: readonly Attribute[], change: Change): readonly string[] {
  return attributes.flatMap((attribute) => {
    const name = ownName(attribute.name, WRITABLE);
    if (name === undefined) throw unknown(attribute);
    return OPTIONS[name]?.(textOf(attribute), change) ?? [];
  });
}

const OPTIONS: Readonly<Record<string, (value: string | undefined, change: Change) => readonly string[]>> = {
  policy: (value, change) => (isNone(value) ? (change === 'update' ? ['-clearpolicy'] : []) : ['-policy', value.replace(/ \[does not exist\]$/, '')]),
  expirationDate: (value) => ['-expire', date('expirationDate', value)],
  passwordExpiration: (value) => ['-pwexpire', date('passwordExpiration', value)],
  maximumTicketLife: (value) => ['-maxlife', duration('maximumTicketLife', value)],
  maximumRenewableLife: (value) => ['-maxrenewlife', duration('maximumRenewableLife', value)],
};

function isNone(value: string | undefined): value is undefined {
  return value === undefined || value === '' || value === '[none]' || value === '[never]';
}

/** For kadmin's `getdate`: an ISO time in its form, its own output in words it takes, anything else as it is. */
function date(name: string, value: string | undefined): string {
  if (isNone(value)) return 'never';
  if (/^\d{4}-\d\d-\d\d$/.test(value)) return value;
  const at = timeOf(value) ?? (/^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : undefined);
  if (at === undefined) return refused(name, value);
  if (Number.isNaN(at)) throw new ConnectorError('invalidAttributeValue', `${name} is no time: "${value}". Give one such as 2027-01-31T12:00:00Z, or [never].`, { outcome: 'notApplied' });
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** Seconds for `N days HH:MM:SS`, anything else as it is. No value: the realm's own limit. */
function duration(name: string, value: string | undefined): string {
  if (isNone(value)) return '0s';
  const seconds = secondsOf(value) ?? (/^\d+$/.test(value) ? Number(value) : undefined);
  return seconds === undefined ? refused(name, value) : `${seconds}s`;
}

/** What only kadmin can judge; a value that looks like one of its options is none of a date or a duration. */
function refused(name: string, value: string): string {
  if (!value.startsWith('-')) return value;
  throw new ConnectorError('invalidAttributeValue', `${name} cannot be "${value}".`, { outcome: 'notApplied' });
}

function textOf({ name, values }: Attribute): string | undefined {
  if (values === null || values.length === 0) return undefined;
  const [value, ...more] = values;
  if (more.length > 0) throw new ConnectorError('invalidAttributeValue', `${name} has one value, not ${values.length}.`, { outcome: 'notApplied' });
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  throw new ConnectorError('invalidAttributeValue', `${name} has to be a text.`, { outcome: 'notApplied' });
}

function unknown({ name }: Attribute): ConnectorError {
  const readOnly = [...READ_ONLY.keys()].some((own) => attributeKey(own) === attributeKey(name));
  return new ConnectorError('invalidAttributeValue', readOnly ? `${name} is kept by the KDC and cannot be written.` : `A principal has no attribute ${name}.`, { outcome: 'notApplied' });
}

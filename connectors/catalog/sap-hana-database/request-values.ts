import { ConnectorError, GuardedString, NAME, PASSWORD, attributeKey, type Attribute, type IcfValue } from '../../../protocol/model/index.js';
import { READ_ONLY, mechanismNames, userParameterNames, type Mechanism, type ReadOnlyAttribute, type SamlMapping, type UserParameter } from './user-parameters.js';
import { timestampText } from './validity.js';

/** What a request asks of a user; what it leaves out stays as it is. null clears. */
export interface WantedUser {
  name?: string;
  password?: GuardedString;
  readonly parameters: Map<UserParameter, string | null>;
  validFrom?: string | null;
  validUntil?: string | null;
  restricted?: boolean;
  passwordChangeNeeded?: boolean;
  readonly mechanisms: Map<Mechanism, boolean>;
  externalIdentity?: string | null;
  roles?: readonly string[];
  systemPrivileges?: readonly string[];
  applicationPrivileges?: readonly string[];
  samlProviders?: readonly SamlMapping[];
  /** HANA's own, which may be sent back as they were read. */
  readonly readOnly: Map<ReadOnlyAttribute, string>;
}

/** Whatever is wrong with a request: nothing was done. */
export function refuse(message: string, kind: 'invalidAttributeValue' | 'permissionDenied' | 'alreadyExists' | 'unknownUid' = 'invalidAttributeValue'): never {
  throw new ConnectorError(kind, `SAP HANA: ${message}`, { outcome: 'notApplied' });
}

function valuesOf({ values }: Attribute): readonly IcfValue[] {
  return (values ?? []).filter((value) => value !== null);
}

function one(attribute: Attribute): IcfValue {
  const values = valuesOf(attribute);
  if (values.length > 1) refuse(`${attribute.name} has ${values.length} values; it takes one.`);
  return values[0] ?? null;
}

/** An empty text is none: HANA keeps no empty parameters. */
function text(attribute: Attribute): string | null {
  const value = one(attribute);
  if (value === null || value === '') return null;
  return typeof value === 'string' ? value : refuse(`${attribute.name} has to be a text.`);
}

function flag(attribute: Attribute): boolean {
  const value = one(attribute);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'string' && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true';
  return refuse(`${attribute.name} has to be true or false.`);
}

function names(attribute: Attribute): readonly string[] {
  return [...new Set(valuesOf(attribute).map((value) => (typeof value === 'string' && value !== '' ? value : refuse(`${attribute.name} has to be a list of names.`))))];
}

function secret(attribute: Attribute): GuardedString {
  const value = one(attribute);
  if (value instanceof GuardedString) return value;
  return typeof value === 'string' && value !== '' ? new GuardedString(value) : refuse(`${attribute.name} has to be a password.`);
}

function mapping(value: IcfValue): SamlMapping {
  if (!(value instanceof Map)) return refuse('SAML_PROVIDERS has to be a list of objects with SAML_PROVIDER_NAME and EXTERNAL_IDENTITY.');
  const provider = value.get('SAML_PROVIDER_NAME');
  const identity = value.get('EXTERNAL_IDENTITY') ?? null;
  if (typeof provider !== 'string' || provider === '') return refuse('an entry of SAML_PROVIDERS has no SAML_PROVIDER_NAME.');
  if (identity !== null && typeof identity !== 'string') return refuse(`EXTERNAL_IDENTITY of the SAML provider ${provider} has to be a text or null.`);
  return { provider, externalIdentity: identity === null || identity === '' ? undefined : identity };
}

/** Samples of the documentation have `false` where there is no external identity. */
function identity(attribute: Attribute): string | null {
  const value = one(attribute);
  return value === false ? null : text(attribute);
}

/** A value of HANA's own that is sent back as it was read. */
function asRead(attribute: Attribute): string {
  const value = one(attribute);
  return typeof value === 'string' || typeof value === 'boolean' || value === null ? String(value) : refuse(`${attribute.name} cannot be set: the database does.`);
}

type Reader = (wanted: WantedUser, attribute: Attribute) => void;

const time = (name: string, attribute: Attribute): string | null => { const value = text(attribute); return value === null ? null : timestampText(name, value); };
const setName: Reader = (wanted, attribute) => {
  const name = text(attribute) ?? refuse(`${attribute.name} is empty.`);
  if (wanted.name !== undefined && wanted.name !== name) refuse(`__NAME__ and USER_NAME differ: ${wanted.name} and ${name}.`);
  wanted.name = name;
};
const setPassword: Reader = (wanted, attribute) => { wanted.password = secret(attribute); };

const BY_NAME: readonly (readonly [name: string, Reader])[] = [
  [NAME, setName], ['USER_NAME', setName], [PASSWORD, setPassword], ['PASSWORD', setPassword],
  ['VALID_FROM', (wanted, attribute) => { wanted.validFrom = time('VALID_FROM', attribute); }],
  ['VALID_UNTIL', (wanted, attribute) => { wanted.validUntil = time('VALID_UNTIL', attribute); }],
  ['IS_RESTRICTED', (wanted, attribute) => { wanted.restricted = flag(attribute); }],
  ['PASSWORD_CHANGE_NEEDED', (wanted, attribute) => { wanted.passwordChangeNeeded = flag(attribute); }],
  ['EXTERNAL_IDENTITY', (wanted, attribute) => { wanted.externalIdentity = identity(attribute); }],
  ['ROLES', (wanted, attribute) => { wanted.roles = names(attribute); }],
  ['SYSTEM_PRIVILEGES', (wanted, attribute) => { wanted.systemPrivileges = names(attribute); }],
  ['APPLICATION_PRIVILEGES', (wanted, attribute) => { wanted.applicationPrivileges = names(attribute); }],
  ['SAML_PROVIDERS', (wanted, attribute) => { wanted.samlProviders = valuesOf(attribute).map(mapping); }],
  ...userParameterNames.map((name): readonly [string, Reader] => [name, (wanted, attribute) => { wanted.parameters.set(name, text(attribute)); }]),
  ...mechanismNames.map((name): readonly [string, Reader] => [name, (wanted, attribute) => { wanted.mechanisms.set(name, flag(attribute)); }]),
  ...READ_ONLY.map((name): readonly [string, Reader] => [name, (wanted, attribute) => { wanted.readOnly.set(name, asRead(attribute)); }]),
];
const READERS: ReadonlyMap<string, Reader> = new Map(BY_NAME.map(([name, reader]) => [attributeKey(name), reader] as const));

/** The request's attributes, checked and in HANA's terms. */
export function wantedUser(attributes: readonly Attribute[]): WantedUser {
  const wanted: WantedUser = { parameters: new Map(), mechanisms: new Map(), readOnly: new Map() };
  for (const attribute of attributes) {
    const reader = READERS.get(attributeKey(attribute.name));
    if (reader === undefined) refuse(`a user has no attribute ${attribute.name}.`);
    reader(wanted, attribute);
  }
  return wanted;
}

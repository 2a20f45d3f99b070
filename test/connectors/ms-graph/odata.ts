import { Refusal } from '../../targets/rest/exchange.js';

export type Fields = Readonly<Record<string, unknown>>;
type Test = (object: Fields) => boolean;

export const graphError = (status: number, code: string, message: string): Refusal => new Refusal(status, { error: { code, message } });
const wrong = (text: string): never => { throw graphError(400, 'Request_UnsupportedQuery', `Invalid filter clause: ${text}`); };
const lower = (value: unknown): unknown => (typeof value === 'string' ? value.toLowerCase() : value);

/** Conditions as Graph takes them: eq, ne null, startsWith, endsWith, and, or, not and parentheses; texts compare without case. */
export function filterOf(text: string): { readonly test: Test; readonly isAdvanced: boolean } {
  const tokens = text.match(/'(?:[^']|'')*'|[(),]|[^\s(),']+/g) ?? [];
  let at = 0;
  let isAdvanced = false;
  const next = (): string => tokens[at++] ?? wrong(text);
  const take = (token: string): boolean => (tokens[at] === token ? (at++, true) : false);
  const literal = (): unknown => {
    const token = next();
    if (token.startsWith("'")) return token.slice(1, -1).replaceAll("''", "'");
    return ({ true: true, false: false, null: null } as Record<string, unknown>)[token] ?? (token === 'null' ? null : wrong(text));
  };
  const call = (name: string): Test => {
    const path = next();
    if (!take(',')) wrong(text);
    const value = String(lower(literal()));
    if (!take(')')) wrong(text);
    if (name === 'endswith') isAdvanced = true;
    return (object) => { const held = lower(object[path]); return typeof held === 'string' && (name === 'endswith' ? held.endsWith(value) : held.startsWith(value)); };
  };
  const primary = (): Test => {
    if (take('not')) { isAdvanced = true; const inner = primary(); return (object) => !inner(object); }
    if (take('(')) { const inner = either(); if (!take(')')) wrong(text); return inner; }
    const name = next();
    if (['startswith', 'endswith'].includes(name.toLowerCase()) && take('(')) return call(name.toLowerCase());
    const operator = next();
    const value = lower(literal());
    if (operator === 'ne') isAdvanced = true;
    if (operator === 'eq') return (object) => lower(object[name] ?? null) === value;
    return operator === 'ne' ? (object) => lower(object[name] ?? null) !== value : wrong(text);
  };
  const all = (): Test => { const tests = [primary()]; while (take('and')) tests.push(primary()); return (object) => tests.every((test) => test(object)); };
  const either = (): Test => { const tests = [all()]; while (take('or')) tests.push(all()); return (object) => tests.some((test) => test(object)); };
  const test = either();
  if (at < tokens.length) wrong(text);
  return { test, isAdvanced };
}

/** `$select`: what is not set is null, or [] where there may be several. */
export function selectedOf(object: Fields, select: string | null): Fields {
  const names = select === null ? Object.keys(object) : ['id', ...select.split(',').filter((name) => name !== 'id')];
  return Object.fromEntries(names.map((name) => [name, object[name] ?? (LISTS.has(name) ? [] : null)]));
}

const LISTS = new Set([
  'businessPhones', 'imAddresses', 'proxyAddresses', 'otherMails', 'identities', 'assignedLicenses', 'licenseAssignmentStates', 'groupTypes', 'tags', 'identifierUris', 'appRoles', 'addIns', 'keyCredentials', 'passwordCredentials',
  'requiredResourceAccess', 'servicePrincipalNames', 'replyUrls', 'oauth2PermissionScopes', 'alternativeNames', 'resourceSpecificApplicationPermissions', 'notificationEmailAddresses', 'rolePermissions', 'resourceScopes', 'servicePlans',
]);

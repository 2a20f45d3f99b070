import { sql } from '../../engines/sql/sql-text.js';
import { grantSteps, type Grantable } from './grants.js';
import { refuse, type WantedUser } from './request-values.js';
import { alterUser, kerberosIdentity, mechanism, parameters, passwordOption, samlIdentity, validity } from './statements.js';
import type { Step } from './steps.js';
import type { Mechanism, SamlMapping } from './user-parameters.js';
import type { HanaUser } from './users.js';

/** The statements that make the user what the request wants, in an order in which none undoes another. */
export function changeSteps(user: HanaUser, wanted: WantedUser, grantable: Grantable, isNew: boolean): Step[] {
  checkFixed(user, wanted);
  return [
    ...passwordSteps(user, wanted, isNew), ...restrictionSteps(user, wanted), ...validitySteps(user, wanted), ...parameterSteps(user, wanted),
    ...samlSteps(user, wanted), ...kerberosSteps(user, wanted), ...mechanismSteps(user, wanted),
    ...grantSteps(afterRestriction(user, wanted), wanted, grantable, isNew),
    ...forcedChange(user, wanted),
  ];
}

function checkFixed(user: HanaUser, { name, readOnly, passwordChangeNeeded, password }: WantedUser): void {
  if (name !== undefined && name !== user.name) refuse(`the user ${user.name} cannot be renamed to ${name}: HANA does not rename users.`);
  for (const [attribute, value] of readOnly) {
    const held = user.readOnly.get(attribute) ?? 'null';
    if (held.toUpperCase() !== value.toUpperCase()) refuse(`${attribute} is ${held} and cannot be set: the database does.`);
  }
  if (passwordChangeNeeded === false && user.passwordChangeNeeded && password === undefined) {
    refuse(`the user ${user.name} has to change its password; HANA takes that back only together with a new PASSWORD.`);
  }
}

function alter(user: HanaUser, what: string, change: Parameters<typeof alterUser>[1]): Step {
  return { what, statement: alterUser(user.name, change) };
}

function passwordSteps(user: HanaUser, { password, passwordChangeNeeded }: WantedUser, isNew: boolean): Step[] {
  return password === undefined || isNew ? [] : [alter(user, 'set the password', passwordOption(password, passwordChangeNeeded === true))];
}

/** Said explicitly: whether a password set by somebody else has to be changed is otherwise up to the password policy. */
function forcedChange(user: HanaUser, { passwordChangeNeeded, password }: WantedUser): Step[] {
  if (passwordChangeNeeded !== true || (user.passwordChangeNeeded && password === undefined)) return [];
  return [alter(user, 'force a change of the password', sql`FORCE PASSWORD CHANGE`)];
}

/** A restricted user is one without the role PUBLIC and without the right to create objects in its own schema. */
function restrictionSteps(user: HanaUser, { restricted }: WantedUser): Step[] {
  if (restricted === undefined || restricted === user.restricted) return [];
  if (restricted) {
    return [alter(user, 'take CREATE ANY on the own schema', sql`REVOKE CREATE ANY ON OWN SCHEMA`), ...(user.roles.includes('PUBLIC') ? [alter(user, 'take the role PUBLIC', sql`REVOKE ROLE PUBLIC`)] : [])];
  }
  return [alter(user, 'give CREATE ANY on the own schema', sql`GRANT CREATE ANY ON OWN SCHEMA`), ...(user.roles.includes('PUBLIC') ? [] : [alter(user, 'give the role PUBLIC', sql`GRANT ROLE PUBLIC`)])];
}

/** The user as {@link restrictionSteps} leave it, for the roles that are compared next. */
function afterRestriction(user: HanaUser, { restricted }: WantedUser): HanaUser {
  if (restricted === undefined || restricted === user.restricted) return user;
  const others = user.roles.filter((role) => role !== 'PUBLIC');
  return { ...user, roles: restricted ? others : ['PUBLIC', ...others] };
}

const sameTime = (a: string | null | undefined, b: string | null | undefined): boolean => (a ?? '').replace(/\.0*$/, '') === (b ?? '').replace(/\.0*$/, '');

/** Both ends are always said: HANA resets one that is left out. */
function validitySteps(user: HanaUser, { validFrom, validUntil }: WantedUser): Step[] {
  const changes = (validFrom !== undefined && !sameTime(validFrom, user.validFrom)) || (validUntil !== undefined && !sameTime(validUntil, user.validUntil));
  if (!changes) return [];
  return [alter(user, 'set the validity', validity(validFrom === undefined ? user.validFrom ?? null : validFrom, validUntil === undefined ? user.validUntil ?? null : validUntil))];
}

function parameterSteps(user: HanaUser, wanted: WantedUser): Step[] {
  const changed = new Map([...wanted.parameters].filter(([name, value]) => (user.parameters.get(name) ?? null) !== value));
  return changed.size === 0 ? [] : [alter(user, `set ${[...changed.keys()].join(', ')}`, parameters(changed))];
}

const sameMapping = (a: SamlMapping) => (b: SamlMapping): boolean => a.provider === b.provider && a.externalIdentity === b.externalIdentity;

function samlSteps(user: HanaUser, { samlProviders }: WantedUser): Step[] {
  if (samlProviders === undefined) return [];
  const gone = user.samlProviders.filter((held) => !samlProviders.some(sameMapping(held)));
  const fresh = samlProviders.filter((mapping) => !user.samlProviders.some(sameMapping(mapping)));
  return [
    ...gone.map((mapping) => alter(user, `drop the identity of the SAML provider ${mapping.provider}`, sql`DROP IDENTITY ${samlIdentity(mapping)}`)),
    ...fresh.map((mapping) => alter(user, `add an identity of the SAML provider ${mapping.provider}`, sql`ADD IDENTITY ${samlIdentity(mapping)}`)),
  ];
}

function kerberosSteps(user: HanaUser, { externalIdentity }: WantedUser): Step[] {
  if (externalIdentity === undefined || externalIdentity === (user.externalIdentity ?? null)) return [];
  return [
    ...(user.externalIdentity === undefined ? [] : [alter(user, 'drop the Kerberos identity', sql`DROP IDENTITY FOR KERBEROS`)]),
    ...(externalIdentity === null ? [] : [alter(user, 'add the Kerberos identity', sql`ADD IDENTITY ${kerberosIdentity(externalIdentity)}`)]),
  ];
}

function mechanismSteps(user: HanaUser, wanted: WantedUser): Step[] {
  const changed = [...wanted.mechanisms].filter(([name, enabled]) => user.mechanisms.get(name) !== enabled);
  // What is switched on comes first, so that there is always a way to log in.
  return changed.sort(([, a], [, b]) => Number(b) - Number(a)).map(([name, enabled]) => alter(user, `${enabled ? 'enable' : 'disable'} ${readable(name)}`, mechanism(name, enabled)));
}

function readable(name: Mechanism): string {
  return name.replace(/^IS_|_ENABLED$/g, '').replaceAll('_', ' ').toLowerCase();
}

/** User parameters (SYS.USER_PARAMETERS) that are attributes: attribute → parameter as HANA spells it. */
export const USER_PARAMETERS = { EMAIL_ADDRESS: 'EMAIL ADDRESS', CLIENT: 'CLIENT', TIME_ZONE: 'TIME ZONE' } as const;
export type UserParameter = keyof typeof USER_PARAMETERS;
export const userParameterNames = Object.keys(USER_PARAMETERS) as readonly UserParameter[];

/** Ways to log in that can be switched on and off one by one: attribute, which is a column of SYS.USERS too → keyword. */
export const MECHANISMS = {
  IS_PASSWORD_ENABLED: 'PASSWORD', IS_KERBEROS_ENABLED: 'KERBEROS', IS_SAML_ENABLED: 'SAML', IS_CLIENT_CONNECT_ENABLED: 'CLIENT CONNECT',
} as const;
export type Mechanism = keyof typeof MECHANISMS;
export const mechanismNames = Object.keys(MECHANISMS) as readonly Mechanism[];

/** Columns of SYS.USERS that only HANA sets. */
export const READ_ONLY = ['USER_ID', 'USER_MODE', 'CREATOR', 'HAS_REMOTE_USERS'] as const;
export type ReadOnlyAttribute = (typeof READ_ONLY)[number];

/** How a user is mapped to an identity provider; no external identity: ANY, the provider names the user of the database. */
export interface SamlMapping {
  readonly provider: string;
  readonly externalIdentity: string | undefined;
}

import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { rest, RestError } from './rest.ts';

export interface SignedIn {
  readonly name: string;
  readonly roles: readonly string[];
}

/** What pages ask before they offer something; the server has the last word. */
export type Capability = 'read' | 'operate' | 'administer';

const ALLOWS: Readonly<Record<string, readonly Capability[]>> = {
  'openidm-admin': ['read', 'operate', 'administer'], 'causeway-operator': ['read', 'operate'], 'causeway-auditor': ['read'],
};

export function allows({ roles }: SignedIn, capability: Capability): boolean {
  return roles.some((role) => ALLOWS[role]?.includes(capability) === true);
}

export const SessionContext = createContext<SignedIn>({ name: '', roles: [] });

export function useCan(capability: Capability): boolean {
  return allows(useContext(SessionContext), capability);
}

/** Undefined: nobody is signed in. */
export async function whoAmI(): Promise<SignedIn | undefined> {
  try {
    const { authorization } = await rest<{ authorization: { id: string; roles: string[] } }>({ method: 'GET', path: 'info/login' });
    return { name: authorization.id, roles: authorization.roles };
  } catch (error) {
    if (error instanceof RestError && error.status === 401) return undefined;
    throw error;
  }
}

/** Header values are ASCII (RFC 8187). */
const extended = (text: string): string => `UTF-8''${encodeURIComponent(text).replaceAll("'", '%27')}`;

export async function signIn(name: string, password: string): Promise<SignedIn> {
  const headers = { 'X-OpenIDM-Username': extended(name), 'X-OpenIDM-Password': extended(password) };
  const { authenticationId, roles } = await rest<{ authenticationId: string; roles: string[] }>({ method: 'POST', path: 'authentication?_action=login', headers });
  return { name: authenticationId, roles };
}

/** Resolves with where to go on: the identity provider, to end its session, too. */
export async function signOut(): Promise<string | undefined> {
  return (await rest<{ endSessionUrl?: string }>({ method: 'POST', path: 'authentication?_action=logout' })).endSessionUrl;
}

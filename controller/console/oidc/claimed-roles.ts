import { ROLES } from '../../authentication/access-rules.js';
import type { OidcSettings } from './identity-provider.js';

/** The roles of whoever has these claims: those that one of the claim's values stands for. The claim is a list, or a text of words. */
export function claimedRoles(claims: Readonly<Record<string, unknown>>, { rolesClaim, roles }: Pick<OidcSettings, 'rolesClaim' | 'roles'>): readonly string[] {
  const given = Object.hasOwn(claims, rolesClaim) ? claims[rolesClaim] : undefined;
  const values = typeof given === 'string' ? given.split(' ') : Array.isArray(given) ? given.filter((value) => typeof value === 'string') : [];
  return ROLES.filter((role) => roles[role as keyof typeof roles].some((value) => values.includes(value)));
}

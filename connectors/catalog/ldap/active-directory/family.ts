import type { ServerType } from '../directory/contract.js';

const FAMILY: ReadonlySet<ServerType> = new Set<ServerType>(['activeDirectory', 'adLds', 'adGlobalCatalog']);

/** Whether a server is Active Directory in one of its forms. */
export function isActiveDirectory(serverType: ServerType): boolean {
  return FAMILY.has(serverType);
}

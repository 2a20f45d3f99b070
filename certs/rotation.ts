import { X509Certificate } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAuthorityFiles } from './authority.js';
import { readPart, readRoles, removeAuthority, writeRoles, type AuthorityRoles } from './authority-directory.js';
import { CertificateError } from './certificate-error.js';
import { withLock } from './exclusive-lock.js';

/**
 * A new authority takes over from an old one in three steps, with as much time between them as everybody needs to hear of
 * it: `prepare` (the new one is trusted), `activate` (it signs), `finish` (the old one is not trusted any more). Each is
 * whole or not done at all, whenever the process dies. Whether it is time for a step, its caller has to know.
 */

const locked = (directory: string, action: () => Promise<AuthorityRoles>): Promise<AuthorityRoles> => withLock(join(directory, 'authorities.lock'), action);

/** Makes the next authority. */
export function prepareRotation(directory: string, options: { readonly days?: number | undefined } = {}): Promise<AuthorityRoles> {
  return locked(directory, async () => {
    const roles = await readRoles(directory);
    if (roles.next !== undefined) throw new CertificateError(`The next authority (${roles.next}) is there already. Go on with: rotate-ca --activate`);
    const signing = new X509Certificate(await readPart(directory, `${roles.current}.crt`));
    const count = roles.count + 1;
    const next = `ca-${count}`;
    await removeAuthority(directory, next); // what a prepare that died left behind; nobody trusts it
    await writeAuthorityFiles(directory, next, { commonName: numbered(signing.subject, count), days: options.days });
    return written(directory, { ...roles, next, count });
  });
}

/** The next authority signs from now on; the one that did is trusted on. Its key is destroyed: it has nothing left to sign. */
export function activateRotation(directory: string): Promise<AuthorityRoles> {
  return locked(directory, async () => {
    const { next, current, previous, count } = await readRoles(directory);
    if (next === undefined) throw new CertificateError('There is no next authority. Begin with: rotate-ca --prepare');
    await readPart(directory, `${next}.key`);
    return written(directory, { current: next, previous: [...previous, current], count });
  });
}

/** The previous authorities are not trusted any more. */
export function finishRotation(directory: string): Promise<AuthorityRoles> {
  return locked(directory, async () => {
    const roles = await readRoles(directory);
    if (roles.previous.length === 0) throw new CertificateError('There is no previous authority: nothing to finish.');
    const finished = await written(directory, { ...roles, previous: [] });
    for (const id of roles.previous) await removeAuthority(directory, id);
    return finished;
  });
}

async function written(directory: string, roles: AuthorityRoles): Promise<AuthorityRoles> {
  await writeRoles(directory, roles);
  for (const id of roles.previous) await rm(join(directory, `${id}.key`), { force: true });
  return roles;
}

/** Another name than the authority before: there are TLS stacks that find an issuer by its name alone. */
function numbered(subject: string, count: number): string {
  const name = /(?:^|\n)CN=(.*?)(?: \d+)?(?:\n|$)/.exec(subject)?.[1] ?? 'Causeway local authority';
  return `${name} ${count}`;
}

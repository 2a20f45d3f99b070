import { WRITING } from './account-commands.js';

/** The password first, which the host may refuse, then usermod with everything else; a new name last. */
export const UPDATE = WRITING + String.raw`
const name = named(uid, 'The uid');
const renamed = id === null || id === undefined || id === name ? undefined : named(id, 'The name');
if (objectClass === icf.ACCOUNT) {
  checkNames(ACCOUNT_ATTRIBUTES);
  const groups = attributes.groups === undefined ? [] : ['-G', all('groups').join(',')];
  const options = [...accountOptions(), ...groups, ...enabling(), ...(renamed === undefined ? [] : ['-l', renamed])];
  await setPassword(name);
  if (options.length > 0) await asRoot(['/usr/sbin/usermod', ...options, name], 'the user had been changed');
} else if (objectClass === icf.GROUP) {
  checkNames(GROUP_ATTRIBUTES);
  const gid = one('gid');
  const options = [...(gid === undefined ? [] : ['-g', number(gid, 'gid')]), ...(renamed === undefined ? [] : ['-n', renamed])];
  if (attributes.members !== undefined) await asRoot(['/usr/bin/gpasswd', '-M', all('members').join(','), name], 'its members had been set');
  if (options.length > 0) await asRoot(['/usr/sbin/groupmod', ...options, name], 'the group had been changed');
} else refuseClass();
return renamed ?? name;
`;

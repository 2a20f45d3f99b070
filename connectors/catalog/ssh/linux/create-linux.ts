import { WRITING } from './account-commands.js';

/** useradd, groupadd; then the password and what else they cannot set. */
export const CREATE = WRITING + String.raw`
const name = named(id, 'The name');
if (objectClass === icf.ACCOUNT) {
  checkNames(ACCOUNT_ATTRIBUTES);
  const options = accountOptions();
  const groups = all('groups');
  const disabled = one('__ENABLE__') === false ? enabling() : [];
  await asRoot(['/usr/sbin/useradd', ...options, ...(groups.length === 0 ? [] : ['-G', groups.join(',')]), name], 'the user had been created');
  await orUndo(['/usr/sbin/userdel', name], async () => {
    await setPassword(name);
    if (disabled.length > 0) await asRoot(['/usr/sbin/usermod', ...disabled, name], 'it had been disabled');
  });
} else if (objectClass === icf.GROUP) {
  checkNames(GROUP_ATTRIBUTES);
  const gid = one('gid');
  const members = all('members');
  await asRoot(['/usr/sbin/groupadd', ...(gid === undefined || gid === '' ? [] : ['-g', number(gid, 'gid')]), name], 'the group had been created');
  await orUndo(['/usr/sbin/groupdel', name], async () => {
    if (members.length > 0) await asRoot(['/usr/bin/gpasswd', '-M', members.join(','), name], 'its members had been set');
  });
} else refuseClass();
return name;
`;

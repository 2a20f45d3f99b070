import { WRITING } from './account-commands.js';

/** Home directories stay. */
export const DELETE = WRITING + String.raw`
const name = named(uid, 'The uid');
if (objectClass === icf.ACCOUNT) await asRoot(['/usr/sbin/userdel', name], 'the user had been deleted');
else if (objectClass === icf.GROUP) await asRoot(['/usr/sbin/groupdel', name], 'the group had been deleted');
else refuseClass();
`;

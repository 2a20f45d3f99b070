import { SUDO_REFUSES } from './account-commands.js';

/** That the programs are there, and that sudo lets us. */
export const TEST = SUDO_REFUSES + String.raw`
const end = await connection.exec(['/usr/bin/getent', 'passwd', configuration.user], { readOnly: true });
if (end.exitCode !== 0) throw icf.error('configuration', 'getent does not know the user ' + configuration.user + ' (code ' + end.exitCode + ').');
const root = await connection.exec(['/usr/bin/id', '-u'], { sudo: true, readOnly: true });
if (root.exitCode !== 0) throw icf.error('permissionDenied', 'sudo does not let ' + configuration.user + ' work as root: ' + saidBy(root));
if (root.stdout.trim() !== '0') throw icf.error('permissionDenied', 'sudo does not make ' + configuration.user + ' root.');
`;

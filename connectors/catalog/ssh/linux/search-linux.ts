import { SUDO_REFUSES } from './account-commands.js';

/**
 * getent(1), so that what comes from LDAP or SSSD is there too. A question for one name asks for that alone; everything else goes
 * through all, line by line, and the agent applies the filter. What needs root (expiry, lock) is looked up for those who ask.
 */
export const SEARCH = SUDO_REFUSES + String.raw`
const wanted = options.attributesToGet === undefined || options.attributesToGet === null ? undefined : options.attributesToGet.map((name) => name.toLowerCase());
const asks = (name) => wanted !== undefined && wanted.includes(name.toLowerCase());
const asksOrDefault = (name) => wanted === undefined || asks(name);
function askedName() {
  const [name, value] = filter?.equals ?? [];
  return ['__uid__', '__name__'].includes(String(name).toLowerCase()) && typeof value === 'string' ? value : undefined;
}
const single = askedName();
async function* entries(database) {
  if (single === undefined) {
    yield* connection.lines(['/usr/bin/getent', database]);
    return;
  }
  if (single === '' || single.startsWith('-') || single.includes(':')) return;
  const end = await connection.exec(['/usr/bin/getent', database, single], { readOnly: true });
  // 2: there is none. A number would be taken for that of another name.
  if (end.exitCode !== 0 && end.exitCode !== 2) throw icf.error('connector', 'getent ended with code ' + end.exitCode + ': ' + end.stderr.trim());
  for (const line of end.stdout.split('\n')) if (line.startsWith(single + ':')) yield line;
}
async function memberships() {
  const groups = new Map();
  for await (const line of connection.lines(['/usr/bin/getent', 'group'])) {
    const [group, , , members = ''] = line.split(':');
    for (const member of members.split(',')) if (member !== '') groups.set(member, [...(groups.get(member) ?? []), group]);
  }
  return groups;
}
async function asRoot(words) {
  const end = await connection.exec(words, { sudo: true, readOnly: true, env: { LC_ALL: 'C' } });
  if (sudoRefuses(end)) throw icf.error('permissionDenied', 'sudo does not let ' + configuration.user + ' run ' + words[0] + ': ' + saidBy(end));
  return end.exitCode === 0 ? end.stdout : undefined;
}
/** passwd(1), -S: the second word begins with L for a locked password. */
async function isEnabled(name) {
  const [, state = ''] = (await asRoot(['/usr/bin/passwd', '-S', name]) ?? '').split(/\s+/);
  return state === '' ? undefined : !state.startsWith('L');
}
async function expiry(name) {
  const text = /^Account expires\s*:\s*(.+)$/m.exec(await asRoot(['/usr/bin/chage', '-l', '--iso8601', name]) ?? '')?.[1];
  return text === undefined || text === 'never' ? undefined : text.trim();
}

if (objectClass === icf.ACCOUNT) {
  const groups = asksOrDefault('groups') ? await memberships() : new Map();
  for await (const line of entries('passwd')) {
    const [name, , number, group, description, home, shell] = line.split(':');
    if (!name) continue;
    const attributes = { uid: number, group, home, shell };
    if (description !== '') attributes.description = description;
    if (groups.has(name)) attributes.groups = groups.get(name);
    const enabled = asks('__ENABLE__') ? await isEnabled(name) : undefined;
    if (enabled !== undefined) attributes.__ENABLE__ = enabled;
    const expireDate = asks('expireDate') ? await expiry(name) : undefined;
    if (expireDate !== undefined) attributes.expireDate = expireDate;
    if (await handler({ uid: name, name, attributes }) === false) break;
  }
} else if (objectClass === icf.GROUP) {
  for await (const line of entries('group')) {
    const [name, , gid, members = ''] = line.split(':');
    if (!name) continue;
    const attributes = { gid };
    if (members !== '') attributes.members = members.split(',');
    if (await handler({ uid: name, name, attributes }) === false) break;
  }
} else throw icf.error('unsupportedOperation', 'These scripts have ' + icf.ACCOUNT + ' and ' + icf.GROUP + ', not ' + objectClass + '.');
`;

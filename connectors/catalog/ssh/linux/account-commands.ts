/** By which words a script knows that sudo refused, and not the program behind it. JavaScript of the sandbox. */
export const SUDO_REFUSES = String.raw`
const sudoRefuses = (end) => end.exitCode !== 0 && /^sudo: |is not (?:in the sudoers file|allowed to (?:execute|run sudo))|may not run sudo/m.test(end.stderr);
const saidBy = (end) => end.stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('[sudo ')).join(' ').trim();
`;

/** What the scripts that write share: how commands are run, and what their exit codes mean. */
export const WRITING = SUDO_REFUSES + String.raw`
/** Exit codes of shadow-utils (useradd(8), usermod(8), userdel(8), groupadd(8), groupmod(8), groupdel(8), passwd(1)). */
const CODES = {
  useradd: { 3: 'invalidAttributeValue', 4: 'alreadyExists', 6: 'invalidAttributeValue', 9: 'alreadyExists' },
  usermod: { 3: 'invalidAttributeValue', 4: 'alreadyExists', 6: 'unknownUid', 9: 'alreadyExists' },
  userdel: { 6: 'unknownUid' },
  groupadd: { 3: 'invalidAttributeValue', 4: 'alreadyExists', 9: 'alreadyExists' },
  groupmod: { 3: 'invalidAttributeValue', 4: 'alreadyExists', 6: 'unknownUid', 9: 'alreadyExists' },
  groupdel: { 6: 'unknownUid' },
  gpasswd: { 3: 'unknownUid' },
  passwd: { 6: 'invalidAttributeValue', 10: 'invalidAttributeValue' },
};
const done = [];
function kindOf(program, end, text) {
  if (sudoRefuses(end)) return 'permissionDenied';
  if (/cannot lock /.test(text)) return 'retryable';
  if (program === 'passwd' && /user .* does not exist/.test(text)) return 'unknownUid';
  // What does not exist is a value, not the user or group itself.
  if ((program === 'usermod' && /group .* does not exist/.test(text)) || (program === 'gpasswd' && /user .* does not exist/.test(text))) return 'invalidAttributeValue';
  return CODES[program][end.exitCode] ?? 'connector';
}
function failure(program, end) {
  const text = saidBy(end);
  return icf.error(kindOf(program, end, text), program + ' ended with code ' + end.exitCode + (text === '' ? '.' : ': ' + text) + (done.length === 0 ? '' : ' Before that, ' + done.join(' and ') + '.'));
}
async function asRoot(words, what, answers = []) {
  const program = words[0].split('/').pop();
  const end = await connection.exec(words, { sudo: true, answers, env: { LC_ALL: 'C' } });
  if (end.exitCode !== 0) throw failure(program, end);
  done.push(what);
}

/** What has just been made goes again when the rest of it fails: a create is whole, or nothing. */
async function orUndo(words, work) {
  try {
    await work();
  } catch (error) {
    const end = await connection.exec(words, { sudo: true, env: { LC_ALL: 'C' } }).catch(() => undefined);
    throw end?.exitCode === 0 ? icf.error(error.kind ?? 'connector', error.message + ' It has been deleted again.') : error;
  }
}

/** Names the host takes; what begins with a hyphen would be an option. */
function named(name, what) {
  if (typeof name !== 'string' || name === '' || name.startsWith('-') || /[:,\s\/\u0000-\u001f]/.test(name)) throw icf.error('invalidAttributeValue', what + ' cannot be ' + JSON.stringify(name) + '.');
  return name;
}
/** Fields of /etc/passwd end at a colon or a line's end. */
function field(value, what) {
  if (/[:\u0000-\u001f]/.test(value)) throw icf.error('invalidAttributeValue', what + ' may hold no colon and no control character.');
  return value;
}
function one(name) {
  const values = attributes[name];
  if (values === undefined) return undefined;
  if (values === null || values.length === 0) return '';
  if (values.length > 1) throw icf.error('invalidAttributeValue', name + ' has one value, not ' + values.length + '.');
  return typeof values[0] === 'boolean' || values[0] === null || typeof values[0] === 'object' ? values[0] : String(values[0]);
}
const all = (name) => (attributes[name] ?? []).map((value) => named(String(value), name));
function checkNames(known) {
  for (const name of Object.keys(attributes)) if (!known.includes(name)) throw icf.error('invalidAttributeValue', 'There is no attribute ' + name + ' to write.');
}

/** useradd and usermod take the same options for what both can set. */
function accountOptions() {
  const options = [];
  const add = (option, name, check) => {
    const value = one(name);
    if (value !== undefined) options.push(option, check(value, name));
  };
  add('-c', 'description', field);
  add('-d', 'home', (value) => field(value === '' ? '/' : value, 'home'));
  add('-g', 'group', named);
  add('-s', 'shell', field);
  add('-u', 'uid', number);
  add('-e', 'expireDate', (value) => {
    if (value !== '' && !/^\d{4}-\d\d-\d\d$/.test(value)) throw icf.error('invalidAttributeValue', 'expireDate is a day, YYYY-MM-DD, not ' + JSON.stringify(value) + '.');
    return value;
  });
  return options;
}
function number(value, name) {
  if (!/^\d+$/.test(value)) throw icf.error('invalidAttributeValue', name + ' is a number, not ' + JSON.stringify(value) + '.');
  return value;
}
function enabling() {
  const enable = one('__ENABLE__');
  if (enable === undefined) return [];
  if (typeof enable !== 'boolean') throw icf.error('invalidAttributeValue', '__ENABLE__ is true or false.');
  // Locking the password alone leaves keys in force (usermod(8), -L).
  return enable ? ['-U', ...(attributes.expireDate === undefined ? ['-e', ''] : [])] : ['-L', '-e', '1'];
}
/** passwd asks twice and goes through PAM, so that those of the host's rules for passwords hold that root has to keep. */
async function setPassword(name) {
  const password = one('__PASSWORD__');
  if (password === undefined) return;
  if (password === '' || password === null) throw icf.error('invalidAttributeValue', '__PASSWORD__ cannot be empty.');
  await asRoot(['/usr/bin/passwd', name], 'the password had been set', [{ prompt: 'assword:', answer: password, times: 2 }]);
}
const ACCOUNT_ATTRIBUTES = ['description', 'home', 'group', 'groups', 'shell', 'uid', 'expireDate', '__PASSWORD__', '__ENABLE__'];
const GROUP_ATTRIBUTES = ['gid', 'members'];
const refuseClass = () => { throw icf.error('unsupportedOperation', 'These scripts have ' + icf.ACCOUNT + ' and ' + icf.GROUP + ', not ' + objectClass + '.'); };
`;

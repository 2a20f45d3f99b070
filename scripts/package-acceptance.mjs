/**
 * The Debian package on a clean machine with systemd: install, enrol by token, reconcile an LDAP directory, hang, upgrade, way back,
 * purge. Writes what was typed and said to var/acceptance/debian.md, and with --write to docs/transcripts/debian.md. By hand
 * (minutes), as root on Debian with systemd-container and debootstrap.
 *
 *   node scripts/package-acceptance.mjs [--root CLEAN_ROOT] [--write]
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CleanMachine, makeCleanRoot } from './acceptance/clean-machine.mjs';
import { steps } from './acceptance/steps.mjs';
import { root } from './run.mjs';

const { values } = parseArgs({ options: { root: { type: 'string' }, write: { type: 'boolean', default: false } } });
const folder = join(root, 'var/acceptance');
const packages = join(folder, 'packages');
mkdirSync(packages, { recursive: true });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const newer = version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
for (const each of [version, newer]) execFileSync(process.execPath, ['scripts/build-debian.mjs', '--version', `${each}-1`, '--compression', 'zstd', '--out', packages], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
cpSync(join(root, 'scripts/acceptance/site.mjs'), join(packages, 'site.mjs'));
const clean = values.root ?? join(folder, 'clean-root');
if (values.root === undefined) makeCleanRoot(clean);

const machine = await CleanMachine.boot(clean, join(folder, 'machine'), packages);
const lines = [];
const say = (text) => {
  lines.push(text);
  console.log(text);
};
const secrets = [];
const hidden = (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, '…'), text);

/** `expected`: what its output must hold. `quiet`: not part of the story. */
function type(command, { expected = [], fails = false, quiet = false } = {}) {
  const { status, stdout, stderr } = machine.run(command);
  const output = hidden(`${stdout}${stderr}`.trimEnd());
  if (!quiet) say([`# ${hidden(command)}`, ...(output === '' ? [] : [output])].join('\n'));
  if ((status !== 0) !== fails) throw new Error(`${command}: ended with ${status}\n${output}`);
  for (const pattern of expected) if (!pattern.test(output)) throw new Error(`${command}: its output does not show ${pattern}:\n${output}`);
  return output;
}

let failure;
try {
  await steps({ type, chapter: (title) => say(`\n## ${title}\n`), hide: (secret) => secrets.push(secret), version, newer });
} catch (error) {
  failure = error;
  console.error(machine.run('journalctl --no-pager -p 4 -n 20 -u causeway-agent -u causeway-controller -u directory; journalctl --no-pager -n 12 -u causeway-agent | cut -c1-300').stdout);
} finally {
  await machine.off();
}
const body = lines.join('\n').split(/\n(?=## )/).map((chapter) => {
  const [title, ...rest] = chapter.trim().split('\n');
  return title === '' ? '' : `${title}\n\n\`\`\`console\n${rest.join('\n').trim()}\n\`\`\`\n`;
}).join('\n');
const page = `# The Debian package on a clean machine

Written by \`node scripts/package-acceptance.mjs --write\`: Debian 12 minbase with systemd as its first process, in namespaces without a
network; no Node on it. Lines with \`#\` were typed by root; secrets are shown as …

${body}`;
writeFileSync(join(folder, 'debian.md'), page);
if (failure !== undefined) throw failure;
if (values.write) {
  mkdirSync(join(root, 'docs/transcripts'), { recursive: true });
  writeFileSync(join(root, 'docs/transcripts/debian.md'), page);
}
console.log('1 passed, 0 failed');

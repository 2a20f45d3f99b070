/** The site of the acceptance run, inside the clean root: an LDAP directory, an HR file, the controller's files, and its REST API. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const demo = '/usr/lib/causeway/dist/deploy/demo';
const world = await import(`${demo}/world.js`);
const HR = '/srv/hr/people.csv';
const PORT_FILE = '/run/directory.port';
const CONF = '/etc/causeway/controller';
const ADMIN = `cn=admin,${world.SUFFIX}`;
/** Of a directory that lives for the run, on its loopback. */
const DIRECTORY_PASSWORD = readFileSync('/etc/causeway/credentials/agent/ldap-bind', 'utf8').trim();

async function directory() {
  const { EmbeddedDirectory } = await import(`${demo}/directory/embedded-directory.js`);
  const server = new EmbeddedDirectory({ suffix: world.SUFFIX, adminDn: ADMIN, adminPassword: DIRECTORY_PASSWORD });
  world.fillDirectory(server.tree);
  process.on('SIGUSR2', () => world.meddleWithDirectory(server.tree));
  writeFileSync(PORT_FILE, String(await server.listen()));
}

async function files() {
  for (let tenth = 0; tenth < 100 && !existsSync(PORT_FILE); tenth += 1) await new Promise((resolve) => { setTimeout(resolve, 100); });
  const { hrProvisioner, ldapProvisioner, syncMappings } = await import(`${demo}/provisioner-files.js`);
  const put = (name, value) => writeFileSync(`${CONF}/${name}`, `${JSON.stringify(value, null, 2)}\n`);
  mkdirSync('/srv/hr', { recursive: true });
  await world.writeFirstHrFile(HR);
  put('provisioner.openicf-hr.json', hrProvisioner(HR, 'site-1'));
  // The controller never sees the password: the agent puts it in, from its systemd credential.
  put('provisioner.openicf-ldap.json', ldapProvisioner(Number(readFileSync(PORT_FILE, 'utf8')), ADMIN, 'secret://credential/agent_ldap-bind', 'site-1'));
  put('sync.json', syncMappings());
}

async function rest(path, method = 'GET') {
  const response = await fetch(`http://127.0.0.1:8080${path}`, { method, headers: { 'X-OpenIDM-Username': 'openidm-admin', 'X-OpenIDM-Password': readFileSync('/root/admin-password', 'utf8').trim(), 'Content-Type': 'application/json' }, ...(method === 'POST' ? { body: '{}' } : {}) });
  return { status: response.status, body: await response.json() };
}

async function systems() {
  for (let attempt = 0; attempt < 120; attempt += 1) {
    const answers = await Promise.all(['hr', 'ldap'].map((name) => rest(`/openidm/system/${name}?_action=test`, 'POST').catch((error) => ({ body: { ok: false, error: error.message } }))));
    if (answers.every(({ body }) => body.ok === true)) return console.log('hr: ok\nldap: ok');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    if (attempt === 119) throw new Error(JSON.stringify(answers.map(({ body }) => body)));
  }
}

async function recon() {
  const { status, body } = await rest('/openidm/recon?_action=recon&mapping=hr_ldap&waitForCompletion=true', 'POST');
  const summary = body._id === undefined ? body : (await rest(`/openidm/recon/${body._id}`)).body;
  const counted = Object.entries({ ...summary.situationSummary, ...summary.statusSummary }).filter(([name, count]) => count > 0 && name !== 'SUCCESS');
  console.log(`${status} ${summary.state}: ${counted.map(([name, count]) => `${name} ${count}`).join(', ')}`);
  if (summary.state !== 'SUCCESS') throw new Error(JSON.stringify(summary));
}

async function status() {
  console.log(createHash('sha256').update(readFileSync('/etc/causeway/agent.yaml')).digest('hex').slice(0, 16), 'agent.yaml');
  console.log(readFileSync('/var/lib/causeway/agent/host-id', 'utf8').trim().slice(0, 8), 'host-id of the agent');
  console.log(readFileSync('/var/lib/causeway/agent/format.json', 'utf8').trim());
}

await { directory, files, systems, recon, status, 'second-night': () => world.writeSecondHrFile(HR) }[process.argv[2]]();

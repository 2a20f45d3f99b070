import { mkdir, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { revocationList } from '../../../support/revocation-lists.js';
import { PROVISIONER } from '../start-rest.js';
import type { CheckWorld, Settings } from './check-world.js';

/** One thing that is wrong with a configuration, and the one line a person should read about it. */
export interface SeededProblem {
  readonly name: string;
  readonly setting: string;
  /** In the folder of the configuration, or absolute. */
  readonly file?: string;
  readonly outcome?: 'warning';
  /** What is so, and what to do. */
  readonly text: RegExp;
  readonly now?: number;
  /** Spoils the folder; the result spoils the configuration. */
  seed(world: CheckWorld): Promise<((settings: Settings) => void) | undefined>;
}

const DAY = 86_400_000;
export const PLANTED = 'planted-secret-4711';
const nothing = async (): Promise<undefined> => undefined;
const PROVIDER = 'conf/provisioner.openicf.connectorinfoprovider.json';
const FILE = 'conf/provisioner.openicf-memory.json';
const without = (name: string) => async (world: CheckWorld): Promise<undefined> => { await rm(world.path(name), { recursive: true }); return undefined; };
const writing = (name: string, text: string) => async (world: CheckWorld): Promise<undefined> => { await world.write(name, text); return undefined; };
const issued = (name: string, request: { readonly from?: Date; readonly days?: number }) => async (world: CheckWorld): Promise<undefined> => {
  await world.pair(name, await world.authority.issueController({ names: ['localhost'], ...request }));
  return undefined;
};

const NIGHTLY = { schedule: '0 0 2 * * ?', invokeService: 'sync', invokeContext: { action: 'reconcile', mapping: 'one' } };
const LIVE_SYNC = (source: string) => ({ schedule: '0 0 2 * * ?', invokeService: 'provisioner', invokeContext: { action: 'liveSync', source } });
const schedule = (content: unknown) => writing('conf/schedule-nightly.json', typeof content === 'string' ? content : JSON.stringify(content));

const certificates: SeededProblem[] = [
  { name: 'a certificate is not there', setting: 'rest.tls.certificate', file: 'rest.crt', text: /does not exist\. Put it in its place/, seed: without('rest.crt') },
  { name: 'a key is not there', setting: 'gateway.tls.key', file: 'gateway.key', text: /does not exist\. Put it in its place/, seed: without('gateway.key') },
  {
    name: 'a certificate is a directory', setting: 'rest.tls.certificate', file: 'rest.crt', text: /is a directory\. Name a file/,
    seed: async (world) => {
      await unlink(world.path('rest.crt'));
      await mkdir(world.path('rest.crt'));
      return undefined;
    },
  },
  { name: 'a key of systemd is there for the service only', setting: 'rest.tls.key', file: '/run/credentials/none.service/rest.key', outcome: 'warning', text: /only while the service runs/, seed: async () => (settings) => { settings.rest.tls.key = '/run/credentials/none.service/rest.key'; } },
  { name: 'a certificate is no PEM', setting: 'rest.tls.certificate', file: 'rest.crt', text: /holds no certificate in PEM.*Put the certificate there/, seed: writing('rest.crt', PLANTED) },
  { name: 'a certificate is damaged', setting: 'rest.tls.certificate', file: 'rest.crt', text: /certificate that cannot be read\. Put it there anew/, seed: writing('rest.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n') },
  { name: 'a key is none', setting: 'rest.tls.key', file: 'rest.key', text: /holds no private key that can be read\. Put it there in PEM/, seed: writing('rest.key', `-----BEGIN PRIVATE KEY-----\n${PLANTED}\n-----END PRIVATE KEY-----\n`) },
  {
    name: 'a key is of another certificate', setting: 'gateway.tls.key', file: 'gateway.key', text: /cannot be used together.*Put the key beside the certificate it was made for/,
    seed: async (world) => {
      await world.write('gateway.key', (await world.authority.issueController({ names: ['localhost'] })).privateKey);
      return undefined;
    },
  },
  { name: 'a certificate has expired', setting: 'gateway.tls.certificate', file: 'gateway.crt', text: /CN=localhost.*expired on \d{4}-.*Have a new one issued/, seed: issued('gateway', { from: new Date(Date.now() - 10 * DAY), days: 5 }) },
  { name: 'a certificate begins in the future', setting: 'rest.tls.certificate', file: 'rest.crt', text: /not valid before \d{4}-.*Check that clock first/, seed: issued('rest', { from: new Date(Date.now() + DAY), days: 5 }) },
  { name: 'a certificate ends soon', setting: 'rest.tls.certificate', file: 'rest.crt', outcome: 'warning', text: /[23] days left.*Have a new one issued now/, seed: issued('rest', { days: 3 }) },
  {
    name: "a client's certificate stands for a server", setting: 'rest.tls.certificate', file: 'rest.crt', text: /not for server authentication.*causeway certs issue-controller/,
    seed: async (world) => {
      await world.pair('rest', await world.authority.issueAgent({ name: 'poser' }));
      return undefined;
    },
  },
  {
    name: 'a chain is in disorder', setting: 'rest.tls.certificate', file: 'rest.crt', outcome: 'warning', text: /certificate 2 of the file \(CN=Some other authority\) did not sign the one before it.*Order the file/,
    seed: async (world) => {
      const { certificate, privateKey } = await world.authority.issueController({ names: ['localhost'] });
      await world.pair('rest', { certificate: certificate + (await world.stranger('strangers')).certificate, privateKey });
      return undefined;
    },
  },
  {
    name: 'the authority was made anew under the same name', setting: 'gateway.tls.certificate', file: 'gateway.crt', text: /two authorities of one name\. Have the certificate issued by the authority in use/,
    seed: async (world) => {
      await world.write('new-ca.crt', (await world.stranger('again', {})).certificate);
      return (settings) => {
        Reflect.deleteProperty(settings, 'enrolment');
        delete settings.gateway.tls.crl;
        settings.gateway.tls.ca = 'new-ca.crt';
      };
    },
  },
];

const trust: SeededProblem[] = [
  { name: 'the authorities of agents are not there', setting: 'gateway.tls.ca', file: 'none.crt', text: /does not exist/, seed: async () => (settings) => { settings.gateway.tls.ca = 'none.crt'; } },
  { name: 'the authorities of agents are no PEM', setting: 'gateway.tls.ca', file: 'otlp.header', text: /no certificate.*Put the PEM of the authorities that sign agents there/, seed: async () => (settings) => { settings.gateway.tls.ca = 'otlp.header'; } },
  {
    name: 'the only authority of agents has expired', setting: 'gateway.tls.ca', file: 'old/ca.crt', text: /Some other authority.*expired on .*Have a new one issued/,
    seed: async (world) => {
      await world.stranger('old', { commonName: 'Some other authority', from: new Date(Date.now() - 10 * DAY), days: 5 });
      return (settings) => { settings.gateway.tls.ca = 'old/ca.crt'; };
    },
  },
  {
    name: 'one of two authorities of agents has expired', setting: 'gateway.tls.ca', file: 'both.crt', outcome: 'warning', text: /Some other authority.*expired on /,
    seed: async (world) => {
      const old = await world.stranger('old', { commonName: 'Some other authority', from: new Date(Date.now() - 10 * DAY), days: 5 });
      await world.write('both.crt', world.authority.certificate + old.certificate);
      return (settings) => { settings.gateway.tls.ca = 'both.crt'; };
    },
  },
  { name: 'a revocation list is none', setting: 'gateway.tls.crl', file: 'agents.crl', text: /Fetch the list anew/, seed: writing('agents.crl', PLANTED) },
  {
    name: 'a revocation list is of another authority', setting: 'gateway.tls.crl', file: 'agents.crl', text: /Fetch the list anew/,
    seed: async (world) => {
      await world.stranger('strangers');
      await world.write('agents.crl', await revocationList(world.path('strangers'), []));
      return undefined;
    },
  },
  { name: 'a revocation list is overdue', setting: 'gateway.tls.crl', file: 'agents.crl', outcome: 'warning', text: /should have been replaced by .*Fetch the list anew/, now: Date.now() + 2 * DAY, seed: nothing },
  { name: 'there is no authority to enrol with', setting: 'enrolment.authority', file: 'nowhere', text: /There is no authority in .*causeway certs init/, seed: async () => (settings) => { settings.enrolment.authority = 'nowhere'; } },
  { name: 'the list of authorities is damaged', setting: 'enrolment.authority', file: 'ca', text: /authorities\.json is damaged\. Restore it from a backup/, seed: writing('ca/authorities.json', '{') },
  { name: 'further authorities are not there', setting: 'enrolment.trust', file: 'none.pem', text: /does not exist/, seed: async () => (settings) => { settings.enrolment.trust = 'none.pem'; } },
  {
    name: 'agents that enrol could not trust the listener', setting: 'gateway.tls.certificate', file: 'gateway.crt', text: /agents could not trust it\. Add that authority to enrolment\.trust/,
    seed: async (world) => {
      await world.pair('gateway', await (await world.stranger('strangers')).issueController({ names: ['localhost'] }));
      return undefined;
    },
  },
  {
    name: 'agents that enrol would not trust the gateway', setting: 'gateway.tls.certificate', file: 'gateway.crt', outcome: 'warning', text: /will not trust\. Add the authority to enrolment\.trust/,
    seed: async (world) => {
      await world.pair('gateway', await (await world.stranger('strangers')).issueController({ names: ['localhost'] }));
      return (settings) => { settings.enrolment.tls = { certificate: 'rest.crt', key: 'rest.key' }; };
    },
  },
  { name: 'the authorities of connector servers are no PEM', setting: 'systems.remoteServerAuthorities', file: 'otlp.header', text: /holds no certificate.*Put the PEM of the authorities there/, seed: async () => (settings) => { settings.systems.remoteServerAuthorities = 'otlp.header'; } },
  { name: 'the authorities of the collector are not there', setting: 'telemetry.tls.ca', file: 'none.pem', text: /does not exist/, seed: async () => (settings) => { settings.telemetry.tls.ca = 'none.pem'; } },
  { name: 'a secret header is not there', setting: 'telemetry.headers.Authorization', file: 'otlp.header', text: /does not exist/, seed: without('otlp.header') },
  { name: 'a secret header is empty', setting: 'telemetry.headers.Authorization', file: 'otlp.header', text: /is empty\. Put the value/, seed: writing('otlp.header', '\n') },
  { name: 'a variable is not set', setting: 'telemetry.headers.Authorization', text: /CAUSEWAY_NO_SUCH_VARIABLE.*is not set\. Set it where the controller runs/, seed: async () => (settings) => { settings.telemetry.headers.Authorization = { env: 'CAUSEWAY_NO_SUCH_VARIABLE' }; } },
];

const systems: SeededProblem[] = [
  { name: 'a key of encrypted values is not there', setting: 'systems.cryptoKeys.sym', file: 'sym.b64', text: /does not exist/, seed: without('sym.b64') },
  { name: 'a key of encrypted values is too short', setting: 'systems.cryptoKeys.sym', file: 'sym.b64', text: /AES key of 16, 24 or 32 bytes in Base64\. Put the key/, seed: writing('sym.b64', PLANTED) },
  { name: 'the configuration folder is not there', setting: 'systems.configuration', file: 'conf', text: /does not exist/, seed: without('conf') },
  { name: 'a provisioner file is no JSON', setting: 'systems.configuration', file: FILE, text: /cannot be used: is no valid JSON.*Until it is corrected/, seed: writing(FILE, `${PLANTED} {`) },
  { name: 'a provisioner file lacks its connector', setting: 'systems.configuration', file: FILE, text: /cannot be used: connectorRef: .*Until it is corrected/, seed: writing(FILE, JSON.stringify({ ...PROVISIONER, connectorRef: undefined })) },
  { name: 'a provisioner file refers to a property nobody set', setting: 'systems.configuration', file: FILE, text: /no value for &\{causeway\.no\.such\}; set it in/, seed: writing(FILE, JSON.stringify({ ...PROVISIONER, configurationProperties: { host: '&{causeway.no.such}' } })) },
  { name: 'two provisioner files have one name', setting: 'systems.configuration', file: 'conf/provisioner.openicf-other.json', text: /system memory, as provisioner\.openicf-memory\.json is.*Give one of the two another name/, seed: writing('conf/provisioner.openicf-other.json', JSON.stringify(PROVISIONER)) },
  {
    name: 'a script is not there', setting: 'system memory, systemActions count', file: 'scripts/count.js', text: /does not exist/,
    seed: writing(FILE, JSON.stringify({ ...PROVISIONER, systemActions: [{ scriptId: 'count', actions: [{ systemType: '.*', actionType: 'js', actionFile: 'scripts/count.js' }] }] })),
  },
  {
    name: 'a script is outside the project', setting: 'system memory, systemActions count', file: '../count.js', text: /outside the project folder.*Move it there/,
    seed: writing(FILE, JSON.stringify({ ...PROVISIONER, systemActions: [{ scriptId: 'count', actions: [{ systemType: '.*', actionType: 'js', actionFile: '../count.js' }] }] })),
  },
  { name: 'the connector info provider is no JSON', setting: 'systems.configuration', file: PROVIDER, text: /is no valid JSON.*the controller does not start with it/, seed: writing(PROVIDER, `"${PLANTED}`) },
  { name: 'a connector server has no key', setting: 'systems.configuration', file: PROVIDER, text: /remoteConnectorServers\.0\.key: .*the controller does not start with it/, seed: writing(PROVIDER, '{"remoteConnectorServers":[{"name":"a","host":"h"}]}') },
  { name: 'the managed objects are no JSON', setting: 'systems.configuration', file: 'conf/managed.json', text: /is no valid JSON.*goes on with the types it had/, seed: writing('conf/managed.json', `${PLANTED}{`) },
  {
    name: 'a managed object has a relationship', setting: 'systems.configuration', file: 'conf/managed.json', outcome: 'warning', text: /^user: schema\.properties\.boss: relationships are not supported.*\(staff of managed\/user\)\.$/,
    seed: writing('conf/managed.json', '{"objects":[{"name":"user","schema":{"properties":{"boss":{"type":"relationship","reversePropertyName":"staff","resourceCollection":[{"path":"managed/user"}]}}}}]}'),
  },
  { name: 'a policy of managed objects is not known', setting: 'systems.configuration', file: 'conf/managed.json', text: /user: schema\.properties\.a: the policy nice is not known.*goes on with the types it had/, seed: writing('conf/managed.json', '{"objects":[{"name":"user","schema":{"properties":{"a":{"type":"string","policies":[{"policyId":"nice"}]}}}}]}') },
  { name: 'the mappings are no JSON', setting: 'systems.configuration', file: 'conf/sync.json', text: /is no valid JSON.*no mapping of it can be run/, seed: writing('conf/sync.json', `${PLANTED}{`) },
  { name: 'a mapping has no target', setting: 'systems.configuration', file: 'conf/sync.json', text: /mapping one: .*target.*Until it is corrected/, seed: writing('conf/sync.json', '{"mappings":[{"name":"one","source":"system/memory/account"}]}') },
  { name: 'a mapping is of a system that is not there', setting: 'systems.configuration', file: 'conf/sync.json', text: /mapping one: target is of the system ldap, and no provisioner file has that name/, seed: writing('conf/sync.json', '{"mappings":[{"name":"one","source":"system/memory/account","target":"system/ldap/account"}]}') },
  { name: 'a schedule is no JSON', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /is no valid JSON.*the schedule stays as the controller knew it before/, seed: schedule(`${PLANTED}{`) },
  { name: 'a schedule is a list', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /the file is no JSON object\. Until it is corrected/, seed: schedule([]) },
  { name: 'a schedule has a wrong expression', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /cannot be used: schedule: .*6 or 7 fields.*Until it is corrected/, seed: schedule({ ...NIGHTLY, schedule: '0 2 * * *' }) },
  { name: 'a schedule has two faults', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /type: must be cron or simple; unknown: shedule/, seed: schedule({ ...NIGHTLY, type: 'weekly', shedule: 1 }) },
  { name: 'a schedule calls what is not supported', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /task scanners are not supported/, seed: schedule({ ...NIGHTLY, invokeService: 'taskscanner' }) },
  { name: 'the script of a schedule is not there', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /invokeContext\.script.*nightly\.js.* does not exist/, seed: schedule({ ...NIGHTLY, invokeService: 'script', invokeContext: { script: { type: 'text/javascript', file: 'nightly.js' } } }) },
  { name: 'a schedule calls a mapping that is not there', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /schedule nightly: it calls the mapping two, which sync\.json does not have\. Correct the schedule, or add the mapping\. Until then each of its runs fails/, seed: schedule({ ...NIGHTLY, invokeContext: { action: 'reconcile', mapping: 'two' } }) },
  { name: 'a schedule that is disabled calls a mapping that is not there', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', outcome: 'warning', text: /the mapping two.*It is disabled/, seed: schedule({ ...NIGHTLY, enabled: false, invokeContext: { action: 'reconcile', mapping: 'two' } }) },
  { name: 'a schedule calls a system that is not there', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /calls the system ldap, and no provisioner file has that name/, seed: schedule(LIVE_SYNC('system/ldap/account')) },
  { name: 'a schedule calls a type that is not there', setting: 'systems.configuration', file: 'conf/schedule-nightly.json', text: /calls the type person of the system memory, which has account/, seed: schedule(LIVE_SYNC('system/memory/person')) },
  { name: 'a mapping is of a type that is not there', setting: 'systems.configuration', file: 'conf/sync.json', text: /mapping one: source is the type person of the system memory, which has account.*objectTypes/, seed: writing('conf/sync.json', '{"mappings":[{"name":"one","source":"system/memory/person","target":"system/memory/account"}]}') },
];

const places: SeededProblem[] = [
  { name: 'the data folder is a file', setting: 'data', file: 'data', text: /is no directory\. Choose another place/, seed: writing('data', '') },
  { name: 'the data folder would be below a file', setting: 'data', file: 'sym.b64/data', text: /cannot be made: .*sym\.b64 is no directory\. Choose another place/, seed: async () => (settings) => { settings.data = 'sym.b64/data'; } },
  {
    name: 'another process has the data folder', setting: 'data', file: 'data', outcome: 'warning', text: /is used by process \d+.*choose another folder/,
    seed: async (world) => {
      await mkdir(world.path('data'));
      await world.write('data/controller.lock', `${process.ppid}\n`);
      return undefined;
    },
  },
  {
    name: 'a later version has written the data folder', setting: 'data', file: 'data', text: /state of format 99, written by Causeway 9\.9\.9.*Install 9\.9\.9 or later/,
    seed: async (world) => {
      await mkdir(world.path('data'));
      await world.write('data/format.json', '{"format":99,"writtenBy":"9.9.9"}');
      return undefined;
    },
  },
  {
    name: 'the register of certificates is damaged', setting: 'data', file: join('data', 'enrolment', 'register.jsonl'), text: /damaged at line 1\. Restore it from a backup/,
    seed: async (world) => {
      await mkdir(world.path('data/enrolment'), { recursive: true });
      await world.write('data/enrolment/register.jsonl', `{"${PLANTED}\n`);
      return undefined;
    },
  },
  { name: 'two listeners have one port', setting: 'enrolment.port', text: /8443 at 0\.0\.0\.0 is the port of gateway\.port at 0\.0\.0\.0 as well\. Give one of the two another port/, seed: async () => (settings) => { settings.enrolment.port = 8443; } },
  { name: 'a listener on loopback has the port of one on every address', setting: 'metrics.port', text: /8443 at 127\.0\.0\.1 is the port of gateway\.port at 0\.0\.0\.0/, seed: async () => (settings) => { settings.metrics.port = 8443; } },
];

export const seededProblems: readonly SeededProblem[] = [...certificates, ...trust, ...systems, ...places];

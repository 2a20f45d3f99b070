import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secret } from '../../support/secret-values.js';
import { revocationList } from '../../support/revocation-lists.js';
import { closedPort, startBlackHole, startInspectingProxy, startTcp, startPlace } from './places.js';
import { controllerIdentity, type DoctorWorld, type Seed } from './doctor-world.js';
import { startTimeServer } from './time-server.js';

/** One thing that is wrong, and what a person should read about it. Expectations are written by hand, not taken from the doctor's tables. */
export interface SeededFault {
  readonly name: string;
  readonly step: string;
  readonly fault: string;
  readonly outcome?: 'warning';
  /** What happened and why, in words. */
  readonly cause: RegExp;
  readonly advice: RegExp;
  /** Faults of other steps that follow from this one and have to be told, too. */
  readonly also?: readonly string[];
  /** What is told as not tried because of it. */
  readonly skips?: readonly string[];
  seed(world: DoctorWorld): Promise<Seed>;
}

const DAY_MS = 86_400_000;
/** A label of 64 characters: no resolver knows it, and none has to be asked (RFC 1035 section 2.3.4). */
const NO_NAME = `${'n'.repeat(64)}.example`;
const THEN_TLS = ['tls', 'upgrade', 'handshake'];
const THEN_UPGRADE = ['upgrade', 'handshake'];
const REFUSED = ['tls-client-certificate-refused'];

async function agentFiles(world: DoctorWorld, request: { readonly from?: Date; readonly days?: number }): Promise<Seed> {
  const files = await world.certificates.write(`site-${Math.random()}`, await world.certificates.authority.issueAgent({ name: 'site-1', ...request }));
  return { config: { tls: { ca: world.certificates.agent.ca, ...files } } };
}

const onThisMachine: SeededFault[] = [
  {
    name: 'a setting is misspelt', step: 'configuration', fault: 'configuration-invalid', cause: /stateDirectry.*did you mean stateDirectory/, advice: /line/, skips: ['clock', 'certificate', 'dns'],
    seed: async () => ({ config: { agent: { name: 'site-1', stateDirectry: 'state' } } }),
  },
  {
    name: 'a file the configuration names is not there', step: 'configuration', fault: 'configuration-part-unusable', cause: /connectors\.ca.*nowhere\.pem.*ENOENT/, advice: /rights|correct the setting/,
    seed: async (world) => ({ config: { connectors: { ca: world.path('nowhere.pem') } } }),
  },
  {
    name: 'the clock is three hours off', step: 'clock', fault: 'clock-wrong', cause: /3 h 20 min ahead.*too far apart/s, advice: /time synchronisation/,
    seed: async (world) => ({ url: await world.placeWith({ date: () => new Date(Date.now() - 3 * 3_600_000 - 1_200_000) }) }),
  },
  {
    name: 'the clock drifts', step: 'clock', fault: 'clock-drifts', outcome: 'warning', cause: /2 min \d+ s behind.*drift/s, advice: /time synchronisation/,
    seed: async (world) => ({ url: await world.placeWith({ date: () => new Date(Date.now() + 150_900) }) }),
  },
  {
    name: "the agent's certificate has expired", step: 'certificate', fault: 'certificate-expired', cause: /CN=site-1.*9 d( \d+ s)? ago.*expired/s, advice: /new one issued/, also: REFUSED, skips: THEN_UPGRADE,
    seed: (world) => agentFiles(world, { from: new Date(Date.now() - 10 * DAY_MS), days: 1 }),
  },
  {
    name: "the agent's certificate is not valid yet", step: 'certificate', fault: 'certificate-not-yet-valid', cause: /valid from.*not valid yet/s, advice: /clock of this machine/, also: REFUSED, skips: THEN_UPGRADE,
    seed: (world) => agentFiles(world, { from: new Date(Date.now() + DAY_MS), days: 5 }),
  },
  {
    name: 'certificate and key do not belong together', step: 'certificate', fault: 'certificate-key-mismatch', cause: /key is of another certificate/, advice: /beside the certificate it was made for/, also: ['tls-files-unusable'], skips: THEN_UPGRADE,
    seed: async (world) => {
      const other = await world.certificates.write('other', await world.certificates.authority.issueAgent({ name: 'other' }));
      return { config: { tls: { ...world.certificates.agent, key: other.key } } };
    },
  },
  {
    name: "a server's certificate is shown as the agent's", step: 'certificate', fault: 'certificate-wrong-usage', cause: /not for client authentication/, advice: /client authentication issued/, also: REFUSED, skips: THEN_UPGRADE,
    seed: async (world) => ({ config: { tls: { ca: world.certificates.agent.ca, ...await world.certificates.write('poser', await world.certificates.authority.issueController({ names: ['site-1'] })) } } }),
  },
  {
    name: 'everybody can read the private key', step: 'certificate', fault: 'certificate-key-open', outcome: 'warning', cause: /open\.key has the mode 644/, advice: /chmod 600/,
    seed: async (world) => {
      const key = world.path('open.key');
      await writeFile(key, await readFile(world.certificates.agent.key), { mode: 0o644 });
      return { config: { tls: { ...world.certificates.agent, key } } };
    },
  },
  {
    name: 'the certificate ends in three days', step: 'certificate', fault: 'certificate-ends-soon', outcome: 'warning', cause: /[23] days are left/, advice: /new one issued now/,
    seed: (world) => agentFiles(world, { from: new Date(Date.now() - 87 * DAY_MS), days: 90 }),
  },
  {
    name: 'the certificate is on the revocation list', step: 'certificate', fault: 'certificate-revoked', cause: /serial number [0-9A-F]+.*revocation list/s, advice: /enroll --replace/,
    seed: async (world) => {
      const { X509Certificate } = await import('node:crypto');
      const { serialNumber } = new X509Certificate(await readFile(world.certificates.agent.certificate));
      return { revocationList: await world.write('agents.crl', await revocationList(join(world.certificates.directory, 'ca'), [serialNumber])) };
    },
  },
  {
    name: 'the agent was never enrolled', step: 'certificate', fault: 'certificate-identity-missing', cause: /no enrolled identity/, advice: /causeway agent enroll/, also: ['tls-client-certificate-wanted'], skips: THEN_UPGRADE,
    seed: async (world) => ({ config: { tls: { ca: world.certificates.agent.ca } } }),
  },
];

const WRONG_MS = 3 * 3_600_000 + 1_200_000;
const DRIFT_MS = 150_900;
const dateOf = (ahead: number) => ({ date: () => new Date(Date.now() + ahead) });

/** With a third clock. */
const byTimeServer: SeededFault[] = [
  {
    name: 'the clock of this machine is three hours off', step: 'clock', fault: 'clock-wrong-here', cause: /this machine is 3 h 20 min ahead of the time server.*stratum 2.*clock of this machine is wrong/s, advice: /time synchronisation.*on this machine/,
    seed: async (world) => ({ url: await world.placeWith(dateOf(-WRONG_MS)), timeServer: await world.timeServer({ ahead: -WRONG_MS }) }),
  },
  {
    name: 'the clock of the controller is three hours off', step: 'clock', fault: 'clock-wrong-there', cause: /controller's clock is 3 h 2\d min .*behind, and that of this machine is right.*clock of the controller is wrong/s, advice: /controller's machine/,
    seed: async (world) => ({ url: await world.placeWith(dateOf(-WRONG_MS)), timeServer: await world.timeServer() }),
  },
  {
    name: 'both clocks are off, each in its own way', step: 'clock', fault: 'clock-wrong-there', also: ['clock-wrong-here'], cause: /3 h \d+ min ahead, and that of this machine is off, too/, advice: /controller's machine/,
    seed: async (world) => ({ url: await world.placeWith(dateOf(-WRONG_MS)), timeServer: await world.timeServer({ ahead: -2 * WRONG_MS }) }),
  },
  {
    name: 'both clocks are off in the same way', step: 'clock', fault: 'clock-wrong-there', also: ['clock-wrong-here'], cause: /3 h \d+ min behind, and that of this machine is off, too/, advice: /controller's machine/,
    seed: async (world) => ({ timeServer: await world.timeServer({ ahead: WRONG_MS }) }),
  },
  {
    name: 'the clock of this machine drifts', step: 'clock', fault: 'clock-drifts-here', outcome: 'warning', cause: /this machine is 2 min 3\d s behind of the time server/, advice: /timedatectl status/,
    seed: async (world) => ({ url: await world.placeWith(dateOf(DRIFT_MS)), timeServer: await world.timeServer({ ahead: DRIFT_MS }) }),
  },
  {
    name: 'the clock of the controller drifts', step: 'clock', fault: 'clock-drifts-there', outcome: 'warning', cause: /controller's clock is 2 min \d+ s ahead, and that of this machine is right/, advice: /controller's machine/,
    seed: async (world) => ({ url: await world.placeWith(dateOf(DRIFT_MS)), timeServer: await world.timeServer() }),
  },
  {
    name: 'the name of the time server does not exist', step: 'clock', fault: 'time-server-unknown', outcome: 'warning', cause: /no such name.*ENOTFOUND/s, advice: /--time-server/,
    seed: async () => ({ timeServer: { host: NO_NAME, port: 123 } }),
  },
  {
    name: 'a firewall drops what is for the time server', step: 'clock', fault: 'time-server-silent', outcome: 'warning', cause: /no answer within 1\.5 s.*does not answer/s, advice: /UDP port 123 out/,
    seed: async (world) => ({ timeServer: await world.timeServer({ silent: true }) }),
  },
  {
    name: 'no time server listens there', step: 'clock', fault: 'time-server-silent', outcome: 'warning', cause: /nothing listens there \(ECONNREFUSED\)/, advice: /UDP port 123 out/,
    seed: async () => {
      const server = await startTimeServer();
      await server.close();
      return { timeServer: { host: '127.0.0.1', port: server.port } };
    },
  },
  {
    name: 'the time server sends a kiss-o\'-death', step: 'clock', fault: 'time-server-refuses', outcome: 'warning', cause: /kiss code RATE/, advice: /RATE means too often/,
    seed: async (world) => ({ timeServer: await world.timeServer({ leap: 3, stratum: 0, reference: 'RATE' }) }),
  },
  {
    name: 'the time server is not synchronised', step: 'clock', fault: 'time-server-untrusted', outcome: 'warning', cause: /its own clock is not set.*cannot be relied on/s, advice: /chronyc tracking/,
    seed: async (world) => ({ timeServer: await world.timeServer({ leap: 3, ahead: WRONG_MS }) }),
  },
  {
    name: 'somebody answers without having seen the question', step: 'clock', fault: 'time-server-untrusted', outcome: 'warning', cause: /belongs to another question; no other came/, advice: /another time server/,
    seed: async (world) => ({ timeServer: await world.timeServer({ origin: Buffer.from('whatever'), ahead: WRONG_MS }) }),
  },
];

const onTheWay: SeededFault[] = [
  {
    name: "the controller's name does not exist", step: 'dns', fault: 'dns-unknown-name', cause: /no such name.*ENOTFOUND/, advice: /spelling|hosts file/, skips: ['tcp', ...THEN_TLS],
    seed: async () => ({ url: `wss://${NO_NAME}/openicf` }),
  },
  {
    name: 'a filter answers for the name', step: 'dns', fault: 'dns-wrong-address', cause: /0\.0\.0\.0.*nobody can be at/s, advice: /filter/, skips: ['tcp', ...THEN_TLS],
    seed: async () => ({ url: 'wss://0.0.0.0/openicf' }),
  },
  {
    name: 'no proxy is where it should be', step: 'proxy', fault: 'proxy-unreachable', cause: /connection refused.*proxy itself/s, advice: /proxy\.host and proxy\.port/, skips: THEN_TLS,
    seed: async () => ({ config: { proxy: { host: '127.0.0.1', port: await closedPort() } } }),
  },
  {
    name: 'the proxy wants credentials', step: 'proxy', fault: 'proxy-wants-credentials', cause: /HTTP 407.*user name and password/s, advice: /proxy\.principal/, skips: THEN_TLS,
    seed: async (world) => ({ config: { proxy: { host: '127.0.0.1', port: await world.proxy() } } }),
  },
  {
    name: 'the proxy refuses the password', step: 'proxy', fault: 'proxy-refuses-credentials', cause: /HTTP 40[17].*does not accept/s, advice: /secret behind proxy\.password/, skips: THEN_TLS,
    seed: async (world) => ({ config: { proxy: { host: '127.0.0.1', port: await world.proxy(), principal: 'agent', password: { file: await world.write('proxy.pass', secret('wrong password at the proxy')) } } } }),
  },
  {
    name: 'the proxy lets nobody through to this port', step: 'proxy', fault: 'proxy-blocks-connect', cause: /HTTP 403.*does not allow tunnels/s, advice: /allow CONNECT/, skips: THEN_TLS,
    seed: async (world) => ({ config: { proxy: { host: '127.0.0.1', port: await world.proxy(['ConnectPort 443']), principal: 'agent', password: { file: await world.write('proxy.pass', secret('password at the proxy')) } } } }),
  },
  {
    name: 'the proxy cannot reach the controller', step: 'proxy', fault: 'proxy-cannot-reach', cause: /HTTP 50\d.*cannot reach the controller/s, advice: /controllers\[\]\.url/, skips: THEN_TLS,
    seed: async (world) => ({ url: `wss://localhost:${await closedPort()}/openicf`, config: { proxy: { host: '127.0.0.1', port: await world.proxy(), principal: 'agent', password: { file: await world.write('proxy.pass', secret('password at the proxy')) } } } }),
  },
  {
    name: 'nothing listens on the port', step: 'tcp', fault: 'tcp-refused', cause: /connection refused.*nothing listens/s, advice: /Check the port/, skips: THEN_TLS,
    seed: async () => ({ url: `wss://127.0.0.1:${await closedPort()}/openicf` }),
  },
  {
    name: 'a firewall drops the packets', step: 'tcp', fault: 'tcp-filtered', cause: /no answer within 1\.5 s.*firewall drops/s, advice: /firewall team.*outbound/s, skips: THEN_TLS,
    seed: async (world) => ({ url: `wss://127.0.0.1:${world.keep(await startBlackHole()).port}/openicf` }),
  },
  {
    name: "the controller's certificate is of an authority nobody trusts here", step: 'tls', fault: 'tls-unknown-authority', cause: /Some other authority.*not trusted/s, advice: /tls\.ca/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: await world.placeWith(await world.serverWith({}, world.strangers)) }),
  },
  {
    name: 'a proxy reads TLS', step: 'tls', fault: 'tls-inspected', cause: /something in between replaces certificates.*issuer is CN=Some other authority.*without it CN=Causeway local authority/is, advice: /exempt/, skips: THEN_UPGRADE,
    seed: async (world) => {
      const { certificate, privateKey } = await world.strangers.issueController({ names: ['localhost'] });
      return { config: { proxy: { host: '127.0.0.1', port: world.keep(await startInspectingProxy({ cert: certificate, key: privateKey })).port } } };
    },
  },
  {
    name: "the controller's certificate is for another name", step: 'tls', fault: 'tls-name-mismatch', cause: /elsewhere\.example.*localhost was dialled/s, advice: /tls\.serverName/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: await world.placeWith(await world.serverWith({ names: ['elsewhere.example'] })) }),
  },
  {
    name: "the controller's certificate has expired", step: 'tls', fault: 'tls-expired', cause: /valid from .* to .*has expired/s, advice: /renewed there/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: await world.placeWith(await world.serverWith({ from: new Date(Date.now() - 10 * DAY_MS), days: 1 })) }),
  },
  {
    name: "the controller's certificate is not valid yet", step: 'tls', fault: 'tls-not-yet-valid', cause: /not valid yet/, advice: /clock/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: await world.placeWith(await world.serverWith({ from: new Date(Date.now() + DAY_MS), days: 5 })) }),
  },
  {
    name: 'the controller speaks an old TLS', step: 'tls', fault: 'tls-version', cause: /accepts TLSv1\.3.*server speaks TLSv1\.2/s, advice: /TLS 1\.3.*minVersion/s, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: await world.placeWith({ tls: { ...world.certificates.server, maxVersion: 'TLSv1.2', requestCert: false } }) }),
  },
  {
    name: 'what listens there has no TLS', step: 'tls', fault: 'tls-not-tls', cause: /does not speak TLS/, advice: /Check the port/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: `wss://localhost:${world.keep(await startPlace({})).port}/openicf` }),
  },
  {
    name: 'nobody speaks on the connection', step: 'tls', fault: 'tls-no-answer', cause: /no answer within 1\.5 s.*nobody speaks/s, advice: /load balancer/, skips: THEN_UPGRADE,
    seed: async (world) => ({ url: `wss://localhost:${world.keep(await startTcp(() => undefined)).port}/openicf` }),
  },
  {
    name: 'the controller wants a client certificate', step: 'tls', fault: 'tls-client-certificate-wanted', cause: /no client certificate was shown.*none to show/s, advice: /causeway agent enroll/, skips: THEN_UPGRADE,
    seed: async (world) => ({ config: { tls: { ca: world.certificates.agent.ca }, auth: { principal: 'site-1', password: { file: await world.write('site.pass', secret('password of the agent')) } } } }),
  },
  {
    name: "the controller does not know the authority of the agent's certificate", step: 'tls', fault: 'tls-client-certificate-refused', cause: /was shown the certificate of this agent.*does not accept/s, advice: /gateway\.tls\.ca/, skips: THEN_UPGRADE,
    seed: async (world) => ({ config: { tls: { ca: world.certificates.agent.ca, ...await world.certificates.write('stranger', await world.strangers.issueAgent({ name: 'site-1' })) } } }),
  },
];

const page = '<!DOCTYPE html><html><body>Welcome to our guest network. Please sign in.</body></html>';

const atTheController: SeededFault[] = [
  {
    name: 'the controller does not take our credentials', step: 'upgrade', fault: 'upgrade-unauthorized', cause: /HTTP 401.*does not accept our credentials/s, advice: /Check auth/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ answer: 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n' }) }),
  },
  {
    name: 'a real controller does not know the agent', step: 'upgrade', fault: 'upgrade-forbidden', cause: /agent site-1 is not allowed to connect.*does not let us in/s, advice: /added at the controller/, skips: ['handshake'],
    seed: async (world) => ({ url: `wss://localhost:${world.controller.controller.gatewayPort ?? 0}/openicf`, config: await controllerIdentity(world, 'site-1') }),
  },
  {
    name: 'a real controller has nothing at this path', step: 'upgrade', fault: 'upgrade-no-endpoint', cause: /HTTP 404.*no endpoint for agents/s, advice: /\/openicf/, skips: ['handshake'],
    seed: async (world) => ({ url: `wss://localhost:${world.controller.controller.gatewayPort ?? 0}/agents`, config: await controllerIdentity(world, 'listed') }),
  },
  {
    name: 'the reverse proxy has no controller behind it', step: 'upgrade', fault: 'upgrade-bad-gateway', cause: /HTTP 502.*cannot reach the controller/s, advice: /upstream/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ answer: 'HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 24\r\n\r\n<html>Bad Gateway</html>' }) }),
  },
  {
    name: 'the answer leads to a sign-in page', step: 'upgrade', fault: 'upgrade-redirected', cause: /HTTP 302.*https:\/\/login\.example\/portal/s, advice: /final URL|sign-in/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ answer: 'HTTP/1.1 302 Found\r\nLocation: https://login.example/portal\r\nContent-Length: 0\r\n\r\n' }) }),
  },
  {
    name: 'a captive portal answers', step: 'upgrade', fault: 'upgrade-captive-portal', cause: /HTTP 200.*web page came instead/s, advice: /browser/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ page: (_request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(page) }) }),
  },
  {
    name: 'a reverse proxy loses the upgrade', step: 'upgrade', fault: 'upgrade-header-lost', cause: /Upgrade header.*does not pass the upgrade on/s, advice: /reverse proxy/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ answer: 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n' }) }),
  },
  {
    name: 'the subprotocol is not agreed on', step: 'upgrade', fault: 'upgrade-no-subprotocol', cause: /subprotocol/, advice: /Sec-WebSocket-Protocol/, skips: ['handshake'],
    seed: async (world) => ({ url: await world.placeWith({ subprotocol: false }) }),
  },
  {
    name: 'another service answers', step: 'handshake', fault: 'handshake-wrong-peer', cause: /not OpenICF/, advice: /Check the URL/,
    seed: async (world) => ({ url: await world.placeWith({ meet: (socket) => socket.on('message', (data) => socket.send(data)) }) }),
  },
  {
    name: 'messages are swallowed', step: 'handshake', fault: 'handshake-silent', cause: /no answer within 1\.5 s.*not answered/s, advice: /idle timeouts/,
    seed: async (world) => ({ url: await world.placeWith({ meet: () => undefined }) }),
  },
  {
    name: 'the controller closes at once', step: 'handshake', fault: 'handshake-closed', cause: /refuses this agent by its policy \(1008: not on Sundays\)/, advice: /code and its words/,
    seed: async (world) => ({ url: await world.placeWith({ meet: (socket) => socket.close(1008, 'not on Sundays') }) }),
  },
];

const THEN_TEST = ['system-test'];

const atSystems: SeededFault[] = [
  {
    name: 'no connector of that name', step: 'system-configuration', fault: 'system-connector-missing', cause: /LdapConnector.*no connector/s, advice: /causeway connectors list/, skips: THEN_TEST,
    seed: async (world) => ({ systems: [await world.system()], config: { connectors: { enabled: ['csv'] } } }),
  },
  {
    name: "the target's name does not exist", step: 'system-resolve', fault: 'system-unknown-name', cause: /no such name/, advice: /hosts file/, skips: ['system-connect', ...THEN_TEST],
    seed: async (world) => ({ systems: [await world.system({ host: NO_NAME })] }),
  },
  {
    name: 'the directory does not run', step: 'system-connect', fault: 'system-refused', cause: /connection refused/, advice: /port/, skips: THEN_TEST,
    seed: async (world) => ({ systems: [await world.system({ port: await closedPort() })] }),
  },
  {
    name: "the target's certificate is not trusted", step: 'system-tls', fault: 'system-tls-unknown-authority', cause: /CN=localhost.*not trusted/s, advice: /connectors\.ca/, skips: THEN_TEST,
    seed: async (world) => ({ systems: [await world.system({ host: 'localhost', port: world.directory.tlsPort, ssl: true })] }),
  },
  {
    name: 'the bind password is wrong', step: 'system-login', fault: 'system-login-refused', cause: /does not accept user name and password/, advice: /secret behind it is the current one/, skips: THEN_TEST,
    seed: async (world) => ({ systems: [await world.system({ credentials: secret('wrong bind password') })] }),
  },
  {
    name: 'the base context does not exist', step: 'system-test', fault: 'system-base-missing', cause: /ou=nowhere,dc=example,dc=com.*does not exist/s, advice: /base contexts/,
    seed: async (world) => ({ systems: [await world.system({ baseContexts: ['ou=nowhere,dc=example,dc=com'] })] }),
  },
  {
    name: 'the secret of the system is not on this machine', step: 'system-configuration', fault: 'system-secret-missing', cause: /secret:\/\/file\/ldap\.pass.*cannot be had/s, advice: /causeway secrets set/,
    seed: async (world) => ({
      systems: [await world.system({ credentials: 'secret://file/ldap.pass' })],
      config: { secrets: { directories: [world.path('state')], allow: [{ secret: 'file/*', connector: 'ldap', targets: ['*'] }] } },
    }),
  },
  {
    name: 'the agent lets no connector have the secret', step: 'system-configuration', fault: 'system-secret-refused', cause: /secret:\/\/file\/ldap\.pass may not be used/, advice: /secrets\.allow/,
    seed: async (world) => ({ systems: [await world.system({ credentials: 'secret://file/ldap.pass' })], config: { secrets: { directories: [world.path('state')] } } }),
  },
  {
    name: 'the local policy forbids the directory', step: 'system-configuration', fault: 'system-policy-refuses', cause: /policy does not allow the test/, advice: /causeway policy check/, skips: THEN_TEST,
    seed: async (world) => ({ systems: [await world.system()], config: { policy: { file: await world.write('policy.yaml', 'version: 1\ndefault: deny\n') } } }),
  },
];

export const seededFaults: readonly SeededFault[] = [...onThisMachine, ...byTimeServer, ...onTheWay, ...atTheController, ...atSystems];

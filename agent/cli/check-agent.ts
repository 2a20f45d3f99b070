import { X509Certificate, createPrivateKey } from 'node:crypto';
import { access, constants, stat } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { enabledConnectors, prepareStateDirectory, readAuthorities } from '../agent.js';
import type { AgentConfig } from '../config/agent-config.js';
import { relayUrl } from '../config/relay-settings.js';
import type { SecretReference } from '../config/secret-reference.js';
import { checkSecretFile, checkSecrets } from '../secrets/check-secrets.js';
import { checkPolicy } from '../policy/check-policy.js';
import { connectorServerKeyHash } from '../transport/connector-server-key.js';
import { readTlsFiles, type TlsFiles } from '../transport/tls-files.js';
import { showsIdentity } from '../wiring.js';

export interface CheckResult {
  /** The setting, e.g. `controllers[0].auth.password`. */
  readonly subject: string;
  readonly outcome: 'ok' | 'warning' | 'failed';
  readonly text: string;
}

const DEFAULT_KEY = 'changeit';
const DEFAULT_KEY_HASH = connectorServerKeyHash(DEFAULT_KEY);
const RENEW_SOON_DAYS = 14;
const DAY_MS = 86_400_000;

export interface CheckOptions {
  /** Makes no directory; one that is missing is in order, because a start makes it. @default false */
  readonly isReadOnly?: boolean | undefined;
}

/** Looks at everything a start needs, without opening a connection. Never shows a secret. */
export async function checkAgent(config: AgentConfig, { isReadOnly = false }: CheckOptions = {}): Promise<CheckResult[]> {
  const results = [
    await attempt('connectors', async () => enabledConnectors(config).join(', ')),
    await attempt('agent.stateDirectory', async () => {
      const { stateDirectory } = config.agent;
      if (isReadOnly) return lookAtStateDirectory(stateDirectory);
      await prepareStateDirectory(stateDirectory);
      return stateDirectory;
    }),
  ];
  const { isolation, connectors: { ca } } = config;
  if (isolation !== undefined) {
    results.push(await attempt('isolation', async () => {
      const { describeIsolation } = await import('../isolation/budgets.js');
      return describeIsolation(isolation, enabledConnectors(config));
    }));
  }
  if (ca !== undefined) {
    results.push(await attempt('connectors.ca', async () => {
      await readAuthorities(ca);
      return ca;
    }));
  }
  results.push(...(await checkPolicy(config.policy.file)));
  results.push(...(await checkSecrets(config)));
  for (const [subject, secret] of secretsOf(config)) results.push(await checkSecret(subject, secret));
  for (const [subject, files] of tlsOf(config)) results.push(...(await checkTls(subject, files)));
  if (config.controllers.some((controller) => showsIdentity(config, controller))) results.push(await checkIdentity(config));
  results.push(...(await weaknesses(config)));
  return results;
}

async function lookAtStateDirectory(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `${path} is not there yet; the first start makes it`;
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw new Error(`${path} cannot be used by this user (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`, { cause: error });
  });
  return path;
}

/** What works and should not stay as it is. */
async function weaknesses(config: AgentConfig): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  results.push(...clearTokenEndpoints(config), ...clearShipping(config));
  for (const [index, { url }] of config.controllers.entries()) {
    if (url.protocol === 'ws:') results.push({ subject: `controllers[${index}].url`, outcome: 'warning', text: `${url.href} is clear text: passwords of targets travel over it, protected by nothing; use wss` });
  }
  for (const [index, { tls, key, keyHash }] of config.listeners.entries()) {
    if (tls === undefined) results.push({ subject: `listeners[${index}].tls`, outcome: 'warning', text: 'is not set: controllers connect in clear text, and so do the passwords of targets' });
    const clear = await key?.resolve().then((secret) => secret.reveal(), () => undefined);
    if (keyHash === DEFAULT_KEY_HASH || clear === DEFAULT_KEY) results.push({ subject: `listeners[${index}].key`, outcome: 'warning', text: `is the key every Java connector server is shipped with ("${DEFAULT_KEY}"); choose your own` });
  }
  results.push(...(await relayWeaknesses(config)));
  return results;
}

async function relayWeaknesses(config: AgentConfig): Promise<CheckResult[]> {
  const results: CheckResult[] = [];
  for (const [index, relay] of config.relays.entries()) {
    if (relayUrl(relay).startsWith('ws:')) results.push({ subject: `relays[${index}]`, outcome: 'warning', text: `${relayUrl(relay)} is clear text: passwords of targets travel over it, protected by nothing; use wss, or useSSL` });
    if (await relay.key.resolve().then((secret) => secret.reveal(), () => undefined) === DEFAULT_KEY) results.push({ subject: `relays[${index}].key`, outcome: 'warning', text: `is the key every Java connector server is shipped with ("${DEFAULT_KEY}"); choose another there and here` });
  }
  return results;
}

/** An agent that is not enrolled is none of this check's business unless a controller is to be shown its identity. */
async function checkIdentity(config: AgentConfig): Promise<CheckResult> {
  const subject = 'identity';
  try {
    const { IdentityStore } = await import('../enrolment/identity-store.js');
    const [{ identityDirectory }, { factsOf }] = await Promise.all([import('../enrolment/enrolment-parts.js'), import('../enrolment/identity-status.js')]);
    const store = new IdentityStore(identityDirectory(config));
    const manifest = await store.read();
    const current = manifest?.current;
    if (current === undefined) {
      const isNeeded = config.controllers.some(({ enrolled }) => enrolled === true);
      return { subject, outcome: isNeeded ? 'failed' : 'warning', text: 'this agent has neither a certificate nor credentials for a controller; enrol it (causeway agent enroll), or set tls.certificate or auth' };
    }
    await store.readKey(current.slot);
    return standingOf({ ...factsOf(current), renewAfter: current.renewAfter, isByAcme: manifest?.source === 'acme' }, config);
  } catch (error) {
    return { subject, outcome: 'failed', text: error instanceof Error ? error.message : String(error) };
  }
}

function standingOf({ subject: name, notAfter, renewAfter, isByAcme }: { readonly subject: string; readonly notAfter: number; readonly renewAfter: string; readonly isByAcme: boolean }, { enrolment }: AgentConfig): CheckResult {
  const subject = 'identity';
  const until = new Date(notAfter).toISOString();
  const due = Date.parse(renewAfter);
  if (notAfter < Date.now()) return { subject, outcome: 'failed', text: `${name} expired on ${until}; ${isByAcme ? 'a running agent asks its authority for a new one: see its log' : 'enrol again: causeway agent enroll --replace'}` };
  if (isByAcme && enrolment.acme === undefined) return { subject, outcome: 'failed', text: `${name} came by ACME, and enrolment.acme is not set: it cannot be renewed` };
  return { subject, outcome: Date.now() > due + (notAfter - due) / 2 ? 'warning' : 'ok', text: `${name}, valid until ${until}, to be renewed after ${renewAfter}` };
}

function clearTokenEndpoints({ auth: common, controllers }: AgentConfig): CheckResult[] {
  const all: [string, AgentConfig['auth']][] = [['auth', common], ...controllers.map(({ auth }, index): [string, AgentConfig['auth']] => [`controllers[${index}].auth`, auth])];
  return all.flatMap(([setting, auth]) => {
    const endpoint = auth?.oauth?.tokenEndpoint;
    return endpoint?.protocol === 'http:' ? [{ subject: `${setting}.oauth.tokenEndpoint`, outcome: 'warning', text: `${endpoint.origin} is clear text: the client secret travels over it; use https` }] : [];
  });
}

async function attempt(subject: string, work: () => Promise<string>): Promise<CheckResult> {
  try {
    return { subject, outcome: 'ok', text: await work() };
  } catch (error) {
    return { subject, outcome: 'failed', text: error instanceof Error ? error.message : String(error) };
  }
}

async function checkSecret(subject: string, secret: SecretReference): Promise<CheckResult> {
  const result = await attempt(subject, async () => {
    await secret.resolve();
    return `from ${secret.toString()}`;
  });
  return secret.source.kind === 'clear' ? { subject, outcome: 'warning', text: 'stands in the configuration in clear text; better {file: PATH}, {credential: NAME} or {store: NAME}' }
    : result.outcome === 'ok' ? await checkSecretFile(subject, secret) ?? result : result;
}

function clearShipping({ audit }: AgentConfig): CheckResult[] {
  return audit.shipping.flatMap(({ syslog }, index): CheckResult[] => (syslog === undefined || syslog.protocol === 'tls' ? [] : [{
    subject: `audit.shipping[${index}].syslog.protocol`, outcome: 'warning',
    text: `${syslog.protocol} is clear text, and anybody on the way can change or drop lines${syslog.protocol === 'udp' ? '; what gets lost is lost' : ''}; use tls`,
  }]));
}

function secretsOf({ controllers, listeners, relays, proxy, tls, enrolment, auth: common, audit }: AgentConfig): [string, SecretReference][] {
  const found: [string, SecretReference | undefined][] = [
    ['tls.passphrase', tls?.passphrase], ['proxy.password', proxy?.password], ['enrolment.proxy.password', enrolment.proxy?.password],
    ['enrolment.acme.externalAccount.hmacKey', enrolment.acme?.externalAccount?.hmacKey], ['enrolment.acme.proxy.password', enrolment.acme?.proxy?.password],
    ['auth.password', common?.password], ['auth.oauth.clientSecret', common?.oauth?.clientSecret],
    ['audit.key', audit.key], ...audit.shipping.map(({ syslog }, index): [string, SecretReference | undefined] => [`audit.shipping[${index}].syslog.tls.passphrase`, syslog?.tls?.passphrase]),
    ...controllers.flatMap(({ auth, proxy: own, tls: ownTls }, index): [string, SecretReference | undefined][] => [
      [`controllers[${index}].auth.password`, auth?.password], [`controllers[${index}].auth.oauth.clientSecret`, auth?.oauth?.clientSecret],
      [`controllers[${index}].proxy.password`, own?.password], [`controllers[${index}].tls.passphrase`, ownTls?.passphrase],
    ]),
    ...listeners.flatMap(({ key, tls: ownTls }, index): [string, SecretReference | undefined][] => [[`listeners[${index}].key`, key], [`listeners[${index}].tls.passphrase`, ownTls?.passphrase]]),
    ...relays.flatMap(({ key, tls: ownTls, proxy: own }, index): [string, SecretReference | undefined][] => [
      [`relays[${index}].key`, key], [`relays[${index}].tls.passphrase`, ownTls?.passphrase], [`relays[${index}].proxy.password`, own?.password],
    ]),
  ];
  return found.filter((entry): entry is [string, SecretReference] => entry[1] !== undefined);
}

function tlsOf({ controllers, listeners, relays, tls, enrolment, audit }: AgentConfig): [string, TlsFiles][] {
  const found: [string, TlsFiles | undefined][] = [
    ['tls', tls], ['enrolment.acme', enrolment.acme?.ca === undefined ? undefined : { ca: enrolment.acme.ca }], ...controllers.map(({ tls: own }, index): [string, TlsFiles | undefined] => [`controllers[${index}].tls`, own]),
    ...listeners.map(({ tls: own }, index): [string, TlsFiles | undefined] => [`listeners[${index}].tls`, own]),
    ...relays.map(({ tls: own }, index): [string, TlsFiles | undefined] => [`relays[${index}].tls`, own]),
    ...audit.shipping.map(({ syslog }, index): [string, TlsFiles | undefined] => [`audit.shipping[${index}].syslog.tls`, syslog?.tls]),
  ];
  return found.filter((entry): entry is [string, TlsFiles] => entry[1] !== undefined);
}

async function checkTls(subject: string, files: TlsFiles): Promise<CheckResult[]> {
  const results = [await attempt(subject, async () => {
    const options = await readTlsFiles(files);
    createSecureContext(options);
    if (options.cert !== undefined && options.key !== undefined) {
      const key = createPrivateKey({ key: options.key as Buffer, ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }) });
      if (!new X509Certificate(options.cert as Buffer).checkPrivateKey(key)) throw new Error('certificate and key do not belong together');
    }
    return 'readable';
  })];
  if (files.certificate !== undefined && results[0]?.outcome === 'ok') results.push(await checkExpiry(`${subject}.certificate`, files));
  return results;
}

async function checkExpiry(subject: string, files: TlsFiles): Promise<CheckResult> {
  const { cert } = await readTlsFiles({ certificate: files.certificate });
  const certificate = new X509Certificate(cert as Buffer);
  const days = Math.floor((Date.parse(certificate.validTo) - Date.now()) / DAY_MS);
  const until = `valid until ${new Date(certificate.validTo).toISOString()} (${days} days left)`;
  if (days < 0) return { subject, outcome: 'failed', text: `expired on ${new Date(certificate.validTo).toISOString()}; issue a new one` };
  return { subject, outcome: days < RENEW_SOON_DAYS ? 'warning' : 'ok', text: until };
}

import type { ImportDraft, ImportNote } from './import-draft.js';

type Outcome = Omit<ImportNote, 'property'>;
/** Handles one property; `all` gives the others of the file, by name without prefix. */
export type ImportRule = (value: string, draft: ImportDraft, all: ReadonlyMap<string, string>) => Outcome;

const mapped = (text: string): Outcome => ({ outcome: 'mapped', text });
const dropped = (text: string): Outcome => ({ outcome: 'dropped', text });
const refused = (text: string): Outcome => ({ outcome: 'refused', text });

type Part = 'agent' | 'controller' | 'listener' | 'session' | 'proxy' | 'basic' | 'oauth';

function put(part: Part, setting: string, shown: string, convert: (value: string) => unknown = (value) => value): ImportRule {
  return (value, draft) => {
    const converted = convert(value);
    if (converted === undefined) return refused(`"${value.slice(0, 60)}" is not a whole number in the range of ${shown}; set ${shown} by hand`);
    draft[part][setting] = converted;
    return mapped(shown);
  };
}

function putSecret(part: Part, setting: string, shown: string, fileName: string): ImportRule {
  return (value, draft) => {
    draft[part][setting] = draft.secret(fileName, value);
    return mapped(`${shown}, as a file of its own`);
  };
}

const drop = (why: string): ImportRule => () => dropped(why);

function whole(least: number, most: number): (value: string) => number | undefined {
  return (value) => (/^\d{1,9}$/.test(value.trim()) && Number(value) >= least && Number(value) <= most ? Number(value) : undefined);
}

/** Java counts seconds; 0 switches off where we can. */
function seconds(least = 1): (value: string) => string | undefined {
  const read = whole(least, 2_147_483);
  return (value) => {
    const number = read(value);
    return number === undefined ? undefined : `${number}s`;
  };
}

const isTrue = (value: string | undefined): boolean => value?.trim().toLowerCase() === 'true';
const isPkcs12 = (file: string, type: string | undefined): boolean => (type === undefined ? /\.(p12|pfx|pkcs12)$/i.test(file) : /^pkcs-?12$/i.test(type.trim()));

/** Whether the Java server would use a key store at all: dialling, the URL decides. */
const hasTls = (all: ReadonlyMap<string, string>): boolean => all.has('url') || isTrue(all.get('usessl') ?? all.get('useSSL'));

/** What the converted key store is called, beside the configuration. */
const CONVERTED = 'agent.p12';

function useKeyStore(file: string, draft: ImportDraft, all: ReadonlyMap<string, string>): void {
  draft.tls['pkcs12'] = file;
  const password = all.get('keyStorePass') ?? all.get('keyStorePassword') ?? all.get('keyPass');
  if (password !== undefined) draft.tls['passphrase'] = draft.secret('keystore.pass', password);
}

function keyStore(file: string, draft: ImportDraft, all: ReadonlyMap<string, string>): Outcome {
  if (!isPkcs12(file, all.get('keyStoreType'))) {
    const convert = `only PKCS #12 key stores can be read. Convert it: keytool -importkeystore -srckeystore ${file} -destkeystore ${CONVERTED} -deststoretype PKCS12`;
    if (!hasTls(all)) return refused(`${convert}; then set tls.pkcs12 and tls.passphrase`);
    useKeyStore(CONVERTED, draft, all); // else the agent would come up without TLS where the Java server had it
    return refused(`${convert}. The configuration names ${CONVERTED} already, with the password of the old one; the agent does not start without it`);
  }
  if (!hasTls(all)) return dropped('usessl is not true: the Java server listens in clear text, and so will this one. To change that at both ends, set listeners[0].tls');
  useKeyStore(file, draft, all);
  return mapped('tls.pkcs12 (in server mode, the listener\'s tls)');
}

const trustStore: ImportRule = (file) => refused(`trust stores cannot be read. Write the trusted certificates to a PEM file: keytool -exportcert -rfc -keystore ${file} -alias ALIAS -file ca.crt; then set tls.ca`);
const belongsToKeyStore = drop('goes with keyStoreFile');
const belongsToTrustStore = drop('goes with trustStoreFile, which becomes a PEM file without password');

function keyPassword(value: string, _draft: ImportDraft, all: ReadonlyMap<string, string>): Outcome {
  const store = all.get('keyStorePass') ?? all.get('keyStorePassword');
  return store === undefined || store === value ? belongsToKeyStore(value, _draft, all)
    : refused('a PKCS #12 file has one password for store and key. Give the key the password of its store: keytool -keypasswd');
}

function useTls(value: string, draft: ImportDraft, all: ReadonlyMap<string, string>): Outcome {
  if (all.has('url')) return dropped('in client mode the URL decides (wss or ws)');
  if (!isTrue(value)) return dropped('a listener without tls listens in clear text');
  if (all.has('keyStoreFile') || all.has('keyStore')) return mapped('listeners[0].tls');
  draft.tls['pkcs12'] = CONVERTED; // never in clear text by mistake
  return refused(`TLS needs a certificate and a key: set listeners[0].tls.certificate and key, or put them into ${CONVERTED} (PKCS #12), which the configuration names; the agent does not start without it`);
}

function pingInterval(value: string, draft: ImportDraft, all: ReadonlyMap<string, string>): Outcome {
  if (value.trim() === '0') return dropped('the heartbeat cannot be switched off: it is what notices a dead connection (every 25s)');
  return put('session', 'heartbeatInterval', 'session.heartbeatInterval', seconds())(value, draft, all);
}

function serverName(value: string, draft: ImportDraft): Outcome {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(value)) return refused(`"${value.slice(0, 60)}" is no agent name (letters, digits, dots, hyphens, underscores); set agent.name by hand`);
  draft.agent['name'] = value;
  return mapped('agent.name');
}

function keyHash(value: string, draft: ImportDraft): Outcome {
  if (!/^[A-Za-z0-9+/]{27}=$/.test(value)) return refused('is not the hash of a key (28 characters of Base64, what the Java server\'s -setKey writes); set listeners[0].key by hand');
  draft.listener['keyHash'] = value;
  return mapped('listeners[0].keyHash');
}

function hasCredentials(url: string): boolean {
  const from = url.indexOf('//');
  return from >= 0 && url.includes('@', from + 2);
}

function urls(value: string, draft: ImportDraft): Outcome {
  if (value.split(/[\s,]+/).some(hasCredentials)) return refused('holds credentials, which have no place in a URL; set controllers[0].url without them, and controllers[0].auth');
  draft.urls = value.split(/[\s,]+/).filter((url) => url !== '');
  return draft.urls.length === 0 ? refused('no URL in it; name the controller under controllers') : mapped(draft.urls.length === 1 ? 'controllers[0].url' : `controllers[0..${draft.urls.length - 1}].url`);
}

function listenerOnly(rule: ImportRule): ImportRule {
  return (value, draft, all) => (all.has('url') ? dropped('url is set: the agent dials out and does not listen') : rule(value, draft, all));
}

function diallerOnly(rule: ImportRule): ImportRule {
  return (value, draft, all) => (all.has('url') ? rule(value, draft, all) : dropped('without url the server listens; this is for dialling out'));
}

/** Every property of the open and of the commercial Java server, by its name without `connectorserver.`. */
export const IMPORT_RULES: Readonly<Record<string, ImportRule>> = {
  url: urls,
  connectorServerName: serverName,
  hostId: put('agent', 'hostId', 'agent.hostId'),
  principal: diallerOnly(put('basic', 'principal', 'controllers[].auth.principal')),
  password: diallerOnly(putSecret('basic', 'password', 'controllers[].auth.password', 'controller.pass')),
  tokenEndpoint: diallerOnly(put('oauth', 'tokenEndpoint', 'controllers[].auth.oauth.tokenEndpoint')),
  clientId: diallerOnly(put('oauth', 'clientId', 'controllers[].auth.oauth.clientId')),
  clientSecret: diallerOnly(putSecret('oauth', 'clientSecret', 'controllers[].auth.oauth.clientSecret', 'client.secret')),
  scope: diallerOnly(put('oauth', 'scope', 'controllers[].auth.oauth.scope')),
  webSocketConnections: diallerOnly(put('controller', 'sockets', 'controllers[].sockets', whole(1, 16))),
  maxWebSocketConnections: diallerOnly(put('controller', 'maxSockets', 'controllers[].maxSockets', whole(1, 17))),
  connectionTtl: diallerOnly(put('controller', 'connectionTtl', 'controllers[].connectionTtl', seconds(0))),
  newConnectionsInterval: diallerOnly(put('controller', 'connectTimeout', 'controllers[].connectTimeout', seconds())),
  housekeepingInterval: drop('a lost connection is noticed at once and dialled again by session.backoffBase and backoffCap'),
  groupCheckInterval: put('session', 'groupCheckInterval', 'session.groupCheckInterval', seconds()),
  pingPongInterval: pingInterval,
  proxyHost: diallerOnly(put('proxy', 'host', 'proxy.host')),
  proxyPort: diallerOnly(put('proxy', 'port', 'proxy.port', whole(1, 65_535))),
  proxyPrincipal: diallerOnly(put('proxy', 'principal', 'proxy.principal')),
  proxyPassword: diallerOnly(putSecret('proxy', 'password', 'proxy.password', 'proxy.pass')),
  port: listenerOnly(put('listener', 'port', 'listeners[0].port', whole(0, 65_535))),
  ifaddress: listenerOnly(put('listener', 'address', 'listeners[0].address')),
  key: listenerOnly(keyHash),
  usessl: useTls,
  useSSL: useTls,
  keyStoreFile: keyStore,
  keyStore,
  keyStoreType: belongsToKeyStore,
  keyStorePass: belongsToKeyStore,
  keyStorePassword: belongsToKeyStore,
  keyPass: keyPassword,
  trustStoreFile: trustStore,
  trustStore,
  trustStoreType: belongsToTrustStore,
  trustStorePass: belongsToTrustStore,
  trustStorePassword: belongsToTrustStore,
  bundleDir: drop('Java bundles are not loaded; the connectors are built in (causeway connectors list)'),
  libDir: drop('Java libraries are not loaded'),
  loggerClass: drop('the log is JSON on standard output; see log.level'),
  maxFacadeLifeTime: drop('the Java server reads it and never uses it; see connectors.facadeIdle'),
};

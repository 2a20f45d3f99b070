import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigError } from '../../../../agent/config/config-problems.js';
import { loadConfig, readConfig } from '../../../../agent/config/load-config.js';

const FILE = '/etc/causeway/agent.yaml';
const MINIMAL = 'agent: {name: site-1}\ncontrollers:\n  - url: wss://cloud.example/openicf\n';

function problems(text: string, environment: NodeJS.ProcessEnv = {}): readonly string[] {
  try {
    readConfig(text, FILE, environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('expected a ConfigError');
}

describe('a configuration is refused with line, key, what is expected and what was found', () => {
  it.each([
    ['a missing section', 'controllers: [{url: "wss://c/openicf"}]', /agent: is missing: expected a mapping with the keys name, hostId/],
    ['a missing key', 'agent: {}\ncontrollers: [{url: "wss://c/openicf"}]', /agent\.yaml:1: agent\.name: is missing: expected a name of 1 to 63/],
    ['a value of the wrong type', `${MINIMAL}    sockets: three\n`, /agent\.yaml:4: controllers\[0\]\.sockets: expected a whole number from 1 to 16, found "three"/],
    ['a number out of range', `${MINIMAL}    sockets: 99\n`, /expected a whole number from 1 to 16, found 99 \(number\)/],
    ['a mistyped key', `${MINIMAL}    conectionTTL: 5m\n`, /agent\.yaml:4: controllers\[0\]\.conectionTTL: is no setting; did you mean connectionTtl\?/],
    ['an unknown key with nothing near it', `${MINIMAL}    colour: red\n`, /controllers\[0\]\.colour: is no setting; known here: url, tls, auth/],
    ['an unknown section', `${MINIMAL}sesion: {}\n`, /sesion: is no setting; did you mean session\?/],
    ['a URL of another scheme', MINIMAL.replace('wss', 'ftp'), /controllers\[0\]\.url: expected a URL wss:/],
    ['credentials in a URL', MINIMAL.replace('wss://', 'wss://me:secret@'), /without credentials/],
    ['a bad duration', `${MINIMAL}    connectTimeout: 5 parsecs\n`, /expected a duration such as 500ms, .* found "5 parsecs"/],
    ['a zero duration where it makes no sense', `${MINIMAL}    connectTimeout: 0\n`, /connectTimeout: expected a duration .*more than 0, .*found 0 \(number\)/],
    ['a duration beyond what a timer takes', `${MINIMAL}    connectTimeout: 30d\n`, /at most 24 days/],
    ['a bad size', `${MINIMAL}session: {maxFrameSize: huge}\n`, /session\.maxFrameSize: expected a size such as 64KiB/],
    ['a certificate without its key', `${MINIMAL}tls: {certificate: a.crt}\n`, /tls: certificate and key go together/],
    ['two ways to authenticate', `${MINIMAL}    auth: {principal: a, password: b, oauth: {tokenEndpoint: "https://x/y", clientId: c, clientSecret: d}}\n`, /either principal and password, or oauth/],
    ['more sockets wanted than allowed', `${MINIMAL}    sockets: 4\n    maxSockets: 3\n`, /maxSockets must not be smaller/],
    ['the same controller twice', `${MINIMAL}  - url: wss://cloud.example/openicf\n`, /controllers: two entries have the same url/],
    ['a ratio that is none', `${MINIMAL}telemetry: {endpoint: "https://x/v1/traces", sampleRatio: 2}\n`, /telemetry\.sampleRatio: expected a number from 0/],
    ['a token for a collector in the clear', `${MINIMAL}telemetry: {endpoint: "http://far.example/v1/traces", headers: {Authorization: a}}\n`, /telemetry\.headers: would travel in the clear/],
    ['a proxy for a collector without TLS', `${MINIMAL}telemetry: {endpoint: "http://far.example/v1/traces", proxy: {host: p, port: 1}}\n`, /telemetry\.proxy: is for https/],
    ['a relay without address', `${MINIMAL}relays: [{name: sap, key: k}]\n`, /relays\[0\]: give either url, or host and port/],
    ['a relay with two addresses', `${MINIMAL}relays: [{name: sap, key: k, url: "ws://h:1/openicf", host: h, port: 1}]\n`, /relays\[0\]: give either url, or host and port/],
    ['a relay without port', `${MINIMAL}relays: [{name: sap, key: k, host: h}]\n`, /relays\[0\]: host and port go together/],
    ['a relay with useSSL beside a url', `${MINIMAL}relays: [{name: sap, key: k, url: "ws://h:1/openicf", useSSL: true}]\n`, /useSSL belongs to host and port/],
    ['a relay without key', `${MINIMAL}relays:\n  - name: sap\n    url: wss://h/openicf\n`, /agent\.yaml:5: relays\[0\]\.key: is missing: expected \{file: PATH\}/],
    ['a relay\'s name that is no file name', `${MINIMAL}relays: [{name: ../sap, key: k, url: "ws://h:1/openicf"}]\n`, /relays\[0\]\.name: expected a name of 1 to 63/],
    ['two relays of one name', `${MINIMAL}relays: [{name: sap, key: k, url: "ws://h:1/openicf"}, {name: sap, key: k, url: "ws://h:2/openicf"}]\n`, /relays: two entries have the same name/],
    ['two relays to one server', `${MINIMAL}relays: [{name: a, key: k, url: "ws://h:1/openicf"}, {name: b, key: k, host: h, port: 1}]\n`, /relays: two entries lead to the same server/],
    ['a relay\'s host that is none', `${MINIMAL}relays: [{name: sap, key: k, host: "h/x y", port: 1}]\n`, /relays\[0\]\.host: expected host name or address/],
    ['a range of versions that is none', `${MINIMAL}relays: [{name: a, key: k, url: "ws://h:1/openicf", connectors: [{bundleName: b, bundleVersion: "[2,1)"}]}]\n`, /bundleVersion: expected a bundle version, or a range/],
    ['an empty selection', `${MINIMAL}relays: [{name: a, key: k, url: "ws://h:1/openicf", connectors: []}]\n`, /connectors: expected a list of connectors/],
    ['a selection without bundle', `${MINIMAL}relays: [{name: a, key: k, url: "ws://h:1/openicf", connectors: [{connectorName: c}]}]\n`, /connectors\[0\]\.bundleName: is missing/],
    ['neither controllers nor listeners', 'agent: {name: a}\n', /at least one entry under controllers/],
    ['a listener without key', 'agent: {name: a}\nlisteners: [{}]\n', /listeners\[0\]: give exactly one of key and keyHash/],
    ['client certificates without authority', 'agent: {name: a}\nlisteners: [{keyHash: lmA6bMfENJGlIDbfrVtklXFK32s=, tls: {certificate: a, key: b, requireClientCertificate: true}}]\n', /requireClientCertificate needs ca/],
    ['an audit line shipped to two places at once', `${MINIMAL}audit: {shipping: [{name: a, file: f, syslog: {host: h}}]}\n`, /audit\.shipping\[0\]: give either syslog or file/],
    ['an audit line shipped to no place', `${MINIMAL}audit: {shipping: [{name: a}]}\n`, /audit\.shipping\[0\]: give either syslog or file/],
    ['a name of a place for audit lines that is no file name', `${MINIMAL}audit: {shipping: [{name: ../a, file: f}]}\n`, /audit\.shipping\[0\]\.name: expected a name of 1 to 63/],
    ['two places for audit lines of one name', `${MINIMAL}audit: {shipping: [{name: a, file: f}, {name: a, file: g}]}\n`, /audit\.shipping: two entries have the same name/],
    ['TLS settings for syslog without TLS', `${MINIMAL}audit: {shipping: [{name: a, syslog: {host: h, protocol: tcp, tls: {}}}]}\n`, /tls belongs to protocol: tls/],
    ['an audit log that is to be smaller than two files', `${MINIMAL}audit: {rotateSize: 64MiB, keepSize: 100MiB}\n`, /audit: keepSize must be at least twice rotateSize/],
    ['a way of bringing audit lines to disk that is none', `${MINIMAL}audit: {fsync: sometimes}\n`, /audit\.fsync: expected always, writes, interval or never, found "sometimes"/],
    ['a list where a mapping belongs', 'agent: []\ncontrollers: [{url: "wss://c/"}]', /agent: expected a mapping with the keys .*, found a list/],
    ['no mapping at all', '- a\n', /expected a mapping of settings/],
    ['broken YAML', 'agent: {name: a\n', /agent\.yaml:\d+: /],
    ['a tag, which would make the name the secret', `${MINIMAL}    auth: {principal: p, password: !env HUNTER}\n`, /agent\.yaml:4: Unresolved tag: !env; tags have no meaning here/],
    ['an alias of nothing', 'agent: *nothing\n', /agent\.yaml: Unresolved alias .*: nothing/],
    ['aliases of aliases of aliases', `${['a: &a [x,x,x,x,x,x,x,x,x,x]', ...['b', 'c', 'd', 'e'].map((name, index) => `${name}: &${name} [${Array.from({ length: 10 }, () => `*${'abcd'.charAt(index)}`).join(',')}]`)].join('\n')}\n`, /agent\.yaml: Excessive alias count/],
    ['two documents', `${MINIMAL}---\n${MINIMAL}`, /agent\.yaml:4: a second document starts here/],
    ['a key given twice', 'agent: {name: a}\nagent: {name: b}\n', /agent\.yaml:2: .*unique/i],
  ])('%s', (_title, text, expected) => {
    expect(problems(text).join('\n')).toMatch(expected);
  });

  it('with every problem at once', () => {
    expect(problems('agent: {name: "a b"}\ncontrollers: [{url: x, sockets: 0}]\nlog: {level: loud}\n')).toHaveLength(4);
  });

  it('without ever showing a secret', () => {
    const text = problems(`${MINIMAL}    auth: {principal: a, password: {hunter2: hunter2}}\n  - {url: 5, auth: {principal: x, password: ""}}\n`).join('\n');
    expect(text).not.toContain('hunter2');
    expect(text).toMatch(/password: expected \{file: PATH\}, \{env: NAME\}, .*or the secret itself as text, found a mapping/);
    expect(problems(MINIMAL.replace('wss://', 'wss://me:hunter2@')).join()).not.toContain('hunter2');
    expect(problems('agent: {name: a}\nlisteners: [{keyHash: hunter2}]\n').join()).toMatch(/keyHash: expected Base64 .*, found a text$/);
  });

  it('naming the environment variable the value came from', () => {
    expect(problems(MINIMAL, { CAUSEWAY_CONTROLLERS__0__SOCKETS: 'many' })).toEqual([expect.stringMatching(/^CAUSEWAY_CONTROLLERS__0__SOCKETS: controllers\[0\]\.sockets: expected a whole number/)]);
    expect(problems(MINIMAL, { CAUSEWAY_AGENT__NAEM: 'x' })).toEqual([expect.stringMatching(/^CAUSEWAY_AGENT__NAEM: agent\.naem: is no setting; did you mean name\?/)]);
    expect(problems(MINIMAL, { CAUSEWAY_CONTROLLERS__FIRST__URL: 'x' })).toEqual(['CAUSEWAY_CONTROLLERS__FIRST__URL: controllers is a list; its entries are named by number, from 0']);
    expect(problems(MINIMAL, { CAUSEWAY_AGENT__CONSTRUCTOR: 'x' })).toEqual([expect.stringMatching(/^CAUSEWAY_AGENT__CONSTRUCTOR: agent\.constructor: is no setting/)]);
    expect(problems(MINIMAL, { CAUSEWAY_CONSTRUCTOR__PROTOTYPE__X: 'x' })).toEqual([expect.stringMatching(/^CAUSEWAY_CONSTRUCTOR__PROTOTYPE__X: constructor: is no setting/)]);
  });

  it('when the file is absent or too large', async () => {
    await expect(loadConfig('/nonexistent/agent.yaml', {})).rejects.toThrow(/cannot be read \(ENOENT\)/);
  });
});

describe('a configuration is read', () => {
  it('with documented defaults', () => {
    const config = readConfig(MINIMAL, FILE);
    expect(config.agent).toEqual({ name: 'site-1', stateDirectory: '/etc/causeway/state', shutdownGrace: 30_000, coreDumps: false });
    expect(config.controllers[0]).toMatchObject({ sockets: 2, connectionTtl: 0, connectTimeout: 30_000 });
    expect(config.controllers[0]?.url.href).toBe('wss://cloud.example/openicf');
    expect(config.session).toMatchObject({ heartbeatInterval: 25_000, maxFrameSize: 33_554_432, backoffCap: 30_000 });
    expect(config.connectors).toEqual({ maxFacades: 100, facadeIdle: 7_200_000 });
  });

  it('with http and https URLs as Java peers take them', () => {
    expect(readConfig(MINIMAL.replace('wss', 'https'), FILE).controllers[0]?.url.protocol).toBe('wss:');
    expect(readConfig(MINIMAL.replace('wss', 'http'), FILE).controllers[0]?.url.protocol).toBe('ws:');
  });

  it('with overrides from the environment, before it is checked', () => {
    const config = readConfig('controllers: [{url: "wss://c/openicf", sockets: 3}]', FILE, {
      CAUSEWAY_AGENT__NAME: '0815', CAUSEWAY_AGENT__HOST_ID: 'h', CAUSEWAY_CONTROLLERS__0__CONNECTION_TTL: '5m', CAUSEWAY_CONNECTORS__ENABLED: '[csv]',
      CAUSEWAY_CONTROLLERS__0__AUTH__PRINCIPAL: 'p', CAUSEWAY_CONTROLLERS__0__AUTH__PASSWORD: '{env: PASSWORD}', CAUSEWAY_PASSWORD: 'not a setting',
    });
    expect(config.agent).toMatchObject({ name: '0815', hostId: 'h' });
    expect(config.controllers[0]).toMatchObject({ sockets: 3, connectionTtl: 300_000 });
    expect(config.controllers[0]?.auth?.password?.toString()).toBe('environment variable PASSWORD');
    expect(config.connectors.enabled).toEqual(['csv']);
  });

  it('from the sample that holds every setting', async () => {
    const config = await loadConfig(join(import.meta.dirname, '../../../../agent/config/example.yaml'), {});
    expect(config.agent.name).toBe('site-1');
    expect(config.connectors.enabled).toEqual(['csv', 'ldap']);
  });
});

describe('secrets', () => {
  let directory: string;
  beforeAll(async () => { directory = await mkdtemp(join(tmpdir(), 'causeway-secret-')); });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  const password = (yaml: string) => readConfig(`${MINIMAL}    auth: {principal: a, password: ${yaml}}\n`, join(directory, 'agent.yaml')).controllers[0]!.auth!.password!;

  it('that cannot be had name their source, not their content', async () => {
    await expect(password('{file: missing}').resolve()).rejects.toThrow(/missing cannot be read \(ENOENT\)/);
    await expect(password('{env: NOT_SET}').resolve({})).rejects.toThrow(/NOT_SET.*is not set/);
    await writeFile(join(directory, 'empty'), '\n');
    await expect(password('{file: empty}').resolve()).rejects.toThrow(/is empty/);
    await writeFile(join(directory, 'big'), 'x'.repeat(70_000));
    await expect(password('{file: big}').resolve()).rejects.toThrow(/larger than 65536 bytes/);
  });

  it('are read anew at each use, less one line break', async () => {
    const path = join(directory, 'rotating');
    const reference = password('{file: rotating}');
    await writeFile(path, 'one\n');
    await chmod(path, 0o600);
    expect((await reference.resolve()).reveal()).toBe('one');
    await writeFile(path, 'two \r\n');
    expect((await reference.resolve()).reveal()).toBe('two ');
    expect((await password('{env: P}').resolve({ P: 'three' })).reveal()).toBe('three');
    expect((await password('four').resolve()).reveal()).toBe('four');
  });

  it('never print', () => {
    expect(JSON.stringify(readConfig(`${MINIMAL}    auth: {principal: a, password: hunter2}\n`, FILE))).not.toContain('hunter2');
  });
});

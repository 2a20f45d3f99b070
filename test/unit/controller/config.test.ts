import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, parseConfig } from '../../../controller/config/load-config.js';

const problem = (yaml: string): string => {
  try {
    parseConfig(yaml, '/etc/causeway/controller.yaml');
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
};

describe('configuration', () => {
  it.each([
    ['rest: { prot: 1 }', 'rest.prot: there is no such setting'],
    ['rest: { port: 70000 }', 'rest.port: must be a whole number from 0 to 65535'],
    ['rest: { address: 0.0.0.0 }', 'rest: without tls this listens on loopback only'],
    ['rest: { users: [{ name: a, passwordHash: secret }] }', 'rest.users.0.passwordHash: must be a hash'],
    ['rest: { stallTimeout: soon }', 'rest.stallTimeout: must be a duration such as 500ms'],
    ['rest: { maxBodySize: 1TiB }', 'rest.maxBodySize: must be a size such as 64KiB'],
    ['rest: { oauth: { issuer: x, jwksUri: "https://x/k" } }', 'requiredScopes'],
    ['rest: { oauth: { issuer: x, jwksUri: "http://elsewhere/k", requiredScopes: [a] } }', 'rest.oauth.jwksUri: must be an https:// URL'],
    ['gateway: {}', 'gateway: without tls this listens on loopback only'],
    ['gateway: { tls: { certificate: c, key: k } }', 'gateway.tls: ca is needed to check client certificates'],
    ['gateway: { tls: { certificate: c, key: k, ca: a, minVersion: TLSv1.1 } }', 'gateway.tls.minVersion: must be TLSv1.3 or TLSv1.2'],
    ['gateway: { tls: { certificate: c, key: k, ca: a }, clones: ignore }', 'gateway.clones: must be alert or refuse'],
    ['enrolment: {}', 'enrolment.authority: must be the path of the directory of the authority'],
    ['enrolment: { authority: ca }', 'enrolment: tls is needed'],
    ['enrolment: { authority: ca, certificateLife: 10y }', 'enrolment.certificateLife: must be a duration such as 10m, 12h or 30d'],
    ['enrolment: { authority: ca, tokenLife: 30d }', 'enrolment.tokenLife: must be a duration'],
    ['enrolment: { authority: ca, url: "http://cloud.example" }', 'enrolment.url: must be an https:// URL'],
    ['log: { level: loud }', 'log.level: must be trace, debug'],
    ['telemetry: { endpoint: "ftp://x" }', 'telemetry.endpoint: must be an http:// or https:// URL'],
    ['telemetry: { endpoint: "https://me:secret@x" }', 'telemetry.endpoint: must be an http:// or https:// URL without credentials'],
    ['telemetry: { endpoint: "http://far.example/v1/traces", headers: { Authorization: a } }', 'telemetry.headers: would travel in the clear'],
    ['telemetry: { endpoint: "https://x", sampleRatio: 2 }', 'telemetry.sampleRatio: must be a number from 0 (none) to 1 (all)'],
    ['telemetry: { endpoint: "https://x", protocol: grpc }', 'telemetry.protocol: must be http/protobuf or http/json'],
    ['fleet: { servers: ["tls://nats:4222"], tls: { certificate: c, key: k, ca: a } }', 'fleet.node: must be a name of letters'],
    ['fleet: { node: a.b, servers: ["tls://nats:4222"], tls: { certificate: c, key: k, ca: a } }', 'fleet.node: must be a name of letters'],
    ['fleet: { node: a, servers: ["tls://me:secret@nats:4222"], tls: { certificate: c, key: k, ca: a } }', 'fleet.servers.0: must be an address such as tls://'],
    ['fleet: { node: a, servers: [], tls: { certificate: c, key: k, ca: a } }', 'fleet.servers: must be a list of addresses'],
    ['fleet: { node: a, servers: ["tls://nats:4222"] }', 'fleet.tls: '],
    ['fleet: { node: a, servers: ["tls://nats:4222"], tls: { certificate: c, key: k, ca: a }, user: a }', 'fleet.user: user and passwordFile belong together'],
    ['fleet: { node: a, servers: ["tls://nats:4222"], tls: { certificate: c, key: k, ca: a }, subjectPrefix: "a.>" }', 'fleet.subjectPrefix: must be names'],
    ['fleet: { node: a, servers: ["tls://nats:4222"], tls: { certificate: c, key: k, ca: a }, heartbeatInterval: 1ms }', 'fleet.heartbeatInterval: must be a duration from 300ms to 1m'],
    ['rest: [', 'controller.yaml'],
    ['reconciliation: { maxDeletions: many }', 'reconciliation.maxDeletions: must be a share such as 20%'],
  ])('%s is refused: %s', (yaml, expected) => {
    expect(problem(yaml)).toContain(expected);
  });

  it('names a file that is not there', async () => {
    await expect(loadConfig('/nowhere/controller.yaml')).rejects.toThrow('/nowhere/controller.yaml cannot be read');
  });

  it('has defaults that are safe, and paths that count from the file', () => {
    const config = parseConfig('', '/etc/causeway/controller.yaml');
    expect(config).toMatchObject({ rest: { address: '127.0.0.1', port: 8080, users: [] }, data: '/etc/causeway/data', systems: { configuration: '/etc/causeway/conf' } });
    expect(config.gateway).toBeUndefined();
  });

  it('agents get certificates of 30 days by tokens of an hour, over TLS 1.3, and need no other authority', () => {
    const config = parseConfig('gateway: { tls: { certificate: c, key: k } }\nenrolment: { authority: ca }', '/etc/causeway/controller.yaml');
    expect(config.enrolment).toEqual({ port: 8444, address: '0.0.0.0', authority: '/etc/causeway/ca', certificateLife: 30 * 86_400_000, tokenLife: 3_600_000, overlap: 600_000 });
    expect(config.gateway).toMatchObject({ tls: { minVersion: 'TLSv1.3', clientCertificates: 'required' }, clones: 'alert', cloneGrace: 60_000 });
  });

  it('every setting of enrolment is explained in the example', async () => {
    const text = (await readFile('controller/config/example.yaml', 'utf8')).replace(/^# enrolment:.*$/m, 'enrolment:').replace(/^#( {3}\w+: )/gm, ' $1');
    const { enrolment } = parseConfig(text, 'controller/config/example.yaml');
    expect(Object.keys(enrolment ?? {}).sort()).toEqual(['address', 'authority', 'certificateLife', 'overlap', 'port', 'tls', 'tokenLife', 'trust', 'url']);
  });

  it('the figures are for this machine only, unless somebody says otherwise', async () => {
    const text = (await readFile('controller/config/example.yaml', 'utf8')).replace(/^# (metrics: )/m, '$1');
    expect(parseConfig(text, 'controller/config/example.yaml').metrics).toEqual({ port: 9464, address: '127.0.0.1', allowClearText: false });
    expect(parseConfig('metrics: {}', '/etc/c.yaml').metrics).toEqual({ port: 9464, address: '127.0.0.1', allowClearText: false });
    expect(() => parseConfig('metrics: { address: 0.0.0.0 }', '/etc/c.yaml')).toThrow('allowClearText');
    expect(parseConfig('metrics: { address: 0.0.0.0, allowClearText: true }', '/etc/c.yaml').metrics).toMatchObject({ address: '0.0.0.0' });
  });

  it('every setting of the fleet is explained in the example, with its default', async () => {
    const text = (await readFile('controller/config/example.yaml', 'utf8')).replace(/^# fleet:\n(?:#.*\n)+/m, (section) => section.replaceAll(/^#(?: {5}# | ?)/gm, (start) => (start.length > 2 ? '     ' : ' ')).replace(' fleet:', 'fleet:'));
    const { fleet } = parseConfig(text, '/etc/causeway/controller.yaml');
    const minimal = parseConfig('fleet: { node: controller-a, servers: ["tls://nats1.example:4222"], tls: { certificate: fleet.crt, key: fleet.key, ca: fleet-ca.crt }, user: controller-a, passwordFile: fleet.password, credentialsFile: fleet.creds }', '/etc/causeway/controller.yaml');
    expect(fleet).toEqual(minimal.fleet);
    expect(fleet).toMatchObject({ heartbeatInterval: 3_000, tls: { key: '/etc/causeway/fleet.key' } });
  });

  it('is shown in full by the example, whose values are the defaults', async () => {
    const path = 'controller/config/example.yaml';
    const example = parseConfig(await readFile(path, 'utf8'), path);
    const minimal = parseConfig('gateway: { tls: { certificate: gateway.crt, key: gateway.key, ca: agents-ca.crt }, agents: [{ name: site1 }] }\nsystems: { properties: { idm.instance.dir: /var/lib/causeway } }\nsession: { heartbeatInterval: 25s, handshakeTimeout: 30s, groupExpiry: 5m, maxBufferedSize: 64MiB }', path);
    expect({ ...example, rest: { ...example.rest, users: [] } }).toEqual(minimal);
  });
});


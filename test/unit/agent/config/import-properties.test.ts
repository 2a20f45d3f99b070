import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { importJavaProperties } from '../../../../agent/config/import-properties.js';
import { readConfig } from '../../../../agent/config/load-config.js';

const notesOf = (text: string): Record<string, string> => Object.fromEntries(importJavaProperties(text).notes.map(({ property, outcome, text: why }) => [property, `${outcome}: ${why}`]));
const load = (text: string) => readConfig(stringify(importJavaProperties(text).settings), '/etc/causeway/agent.yaml');

/** The file the open Java server ships, abridged to its keys. */
const SHIPPED = `
connectorserver.port=8759
#connectorserver.ifaddress=localhost
connectorserver.usessl=false
connectorserver.key=lmA6bMfENJGlIDbfrVtklXFK32s\\=
connectorserver.bundleDir=bundles
connectorserver.libDir=lib
connectorserver.loggerClass=org.forgerock.openicf.common.logging.slf4j.SLF4JLog
#connectorserver.url=ws://localhost:8080/openicf
connectorserver.principal=anonymous
connectorserver.password=changeit
`;

const COMMERCIAL = `
connectorserver.trustStoreFile=/rcs/security/truststore.pkcs12
connectorserver.trustStoreType=PKCS12
connectorserver.trustStorePass=changeit
connectorserver.keyStoreFile=/rcs/security/keystore.p12
connectorserver.keyStoreType=PKCS12
connectorserver.keyStorePass=storepass
connectorserver.keyPass=storepass
connectorserver.url=wss://t.example/openicf/0 wss://t.example/openicf/1,wss://t.example/openicf/2
connectorserver.hostId=RCS_01
connectorserver.connectorServerName=rcs01
connectorserver.pingPongInterval=60
connectorserver.webSocketConnections=3
connectorserver.maxWebSocketConnections=4
connectorserver.connectionTtl=300
connectorserver.housekeepingInterval=20
connectorserver.groupCheckInterval=900
connectorserver.newConnectionsInterval=10
connectorserver.tokenEndpoint=https://t.example/am/oauth2/realms/root/realms/alpha/access_token
connectorserver.clientId=RCSClient
connectorserver.clientSecret=s3cr3t
connectorserver.scope=fr:idm:*
connectorserver.proxyHost=proxy.example
connectorserver.proxyPort=3128
connectorserver.proxyPrincipal=px
connectorserver.proxyPassword=pw
connectorserver.port=8759
connectorserver.usessl=true
ClientConnectionManagerFactoryClass=x.Y
connectorserver.maxFacadeLifeTime=1
`;

describe('a ConnectorServer.properties: what cannot be taken over is refused by name, with what to do', () => {
  it.each([
    ['connectorserver.conectionTtl=5', /refused: is not known; did you mean connectorserver\.connectionTtl\?/],
    ['connectorserver.frobnicate=1', /refused: is not known/],
    ['other.key=1', /refused: is no property of a connector server/],
    ['connectorserver.url=ws://c/\nconnectorserver.webSocketConnections=many', /refused: "many" is not a whole number.*set controllers\[\]\.sockets by hand/],
    ['connectorserver.connectorServerName=a b', /refused: .*agent\.name by hand/],
    ['connectorserver.keyStoreFile=/x/store.jks', /refused: only PKCS #12.*keytool -importkeystore -srckeystore \/x\/store\.jks/],
    ['connectorserver.trustStoreFile=/x/trust.jks', /refused: .*keytool -exportcert -rfc .*tls\.ca/],
    ['connectorserver.usessl=true', /refused: TLS needs a certificate/],
    ['connectorserver.url=,', /refused: no URL/],
    ['connectorserver.url=https://me:hunter2@c/openicf', /refused: holds credentials/],
    ['connectorserver.key=changeit', /refused: is not the hash of a key/],
    ['connectorserver.url=ws://c/\nconnectorserver.proxyHost= ', /dropped: is empty/],
    ['connectorserver.pingPongInterval=0', /dropped: the heartbeat cannot be switched off/],
    ['javax.net.ssl.trustStore=/x/trust.jks', /refused: trust stores cannot be read/],
  ])('%s', (line, expected) => {
    expect(Object.values(notesOf(line)).join()).toMatch(expected);
  });

  it('a key password that differs from its store\'s', () => {
    expect(notesOf('connectorserver.keyStorePass=a\nconnectorserver.keyPass=b')['connectorserver.keyPass']).toMatch(/refused: .*keytool -keypasswd/);
  });

  it('no note and no setting ever holds a secret', () => {
    const { settings, notes, secrets } = importJavaProperties(COMMERCIAL);
    for (const text of [JSON.stringify(settings), JSON.stringify(notes), JSON.stringify([...secrets])]) {
      for (const secret of ['s3cr3t', 'storepass', '"pw"', 'changeit']) expect(text).not.toContain(secret);
    }
  });
});

describe('a ConnectorServer.properties', () => {
  it('as shipped becomes server mode that is valid as it stands', () => {
    const config = load(SHIPPED);
    expect(config.controllers).toEqual([]);
    expect(config.listeners[0]).toMatchObject({ port: 8759, keyHash: 'lmA6bMfENJGlIDbfrVtklXFK32s=', address: '0.0.0.0' });
    expect(Object.values(notesOf(SHIPPED)).filter((note) => note.startsWith('refused'))).toEqual([]);
    expect(notesOf(SHIPPED)['connectorserver.password']).toMatch(/dropped: without url the server listens/);
    expect(importJavaProperties(SHIPPED).secrets.size).toBe(0);
  });

  it('of the commercial server becomes client mode, one controller a URL', () => {
    const config = load(COMMERCIAL);
    expect(config.agent).toMatchObject({ name: 'rcs01', hostId: 'RCS_01' });
    expect(config.controllers.map(({ url }) => url.href)).toEqual(['wss://t.example/openicf/0', 'wss://t.example/openicf/1', 'wss://t.example/openicf/2']);
    expect(config.controllers[2]).toMatchObject({ sockets: 3, maxSockets: 4, connectionTtl: 300_000, connectTimeout: 10_000, auth: { oauth: { clientId: 'RCSClient', scope: 'fr:idm:*' } } });
    expect(config.controllers[0]?.auth?.oauth?.clientSecret.toString()).toBe('file /etc/causeway/secrets/client.secret');
    expect(config.session).toMatchObject({ heartbeatInterval: 60_000, groupCheckInterval: 900_000 });
    expect(config.proxy).toMatchObject({ host: 'proxy.example', port: 3128, principal: 'px' });
    expect(config.tls).toMatchObject({ pkcs12: '/rcs/security/keystore.p12', minVersion: 'TLSv1.2' });
    expect(config.listeners).toEqual([]);
    expect(importJavaProperties(COMMERCIAL).secrets.get('client.secret')?.reveal()).toBe('s3cr3t');
  });

  it('never listens in clear text where the Java server had TLS, and not with TLS where it had none', () => {
    const listener = (text: string) => (importJavaProperties(text).settings['listeners'] as unknown[])[0];
    const encrypted = { pkcs12: 'agent.p12', minVersion: 'TLSv1.2' };
    expect(listener('connectorserver.usessl=true\nconnectorserver.keyStoreFile=k.jks\nconnectorserver.keyStorePass=pw\n')).toEqual({ tls: { ...encrypted, passphrase: { file: 'secrets/keystore.pass' } } });
    expect(listener('connectorserver.usessl=true\n')).toEqual({ tls: encrypted });
    expect(listener('connectorserver.usessl=false\nconnectorserver.keyStoreFile=k.p12\n')).toEqual({});
    expect(notesOf('connectorserver.keyStoreFile=k.p12')['connectorserver.keyStoreFile']).toMatch(/dropped: usessl is not true/);
  });

  it('says TLS 1.2 wherever there is TLS, which a Java controller may need, and nowhere else', () => {
    const imported = (text: string) => importJavaProperties(text).settings;
    expect(imported('connectorserver.url=wss://c.example/openicf\n')['tls']).toEqual({ minVersion: 'TLSv1.2' });
    expect(imported('connectorserver.url=ws://c.example/openicf\n')).not.toHaveProperty('tls');
    expect(imported('connectorserver.usessl=true\nconnectorserver.keyStoreFile=k.p12\n')['listeners']).toEqual([{ tls: { pkcs12: 'k.p12', minVersion: 'TLSv1.2' } }]);
    expect(imported('connectorserver.port=8759\n')['listeners']).toEqual([{ port: 8759 }]);
  });

  it('accounts for each of its properties', () => {
    const notes = notesOf(COMMERCIAL);
    const names = COMMERCIAL.split('\n').filter((line) => line.includes('=')).map((line) => line.split('=', 1)[0]);
    expect(Object.keys(notes).sort()).toEqual([...names].sort());
    expect(Object.entries(notes).filter(([, note]) => note.startsWith('refused')).map(([name]) => name)).toEqual(['connectorserver.trustStoreFile']);
    expect(notes['connectorserver.port']).toMatch(/dropped: url is set/);
  });

  it('takes an empty value for none at all, as the Java server does', () => {
    const config = load(`connectorserver.url=\nconnectorserver.hostId=\nconnectorserver.proxyHost=\n${SHIPPED}`);
    expect(config.controllers).toEqual([]);
    expect(config.listeners[0]?.keyHash).toBe('lmA6bMfENJGlIDbfrVtklXFK32s=');
    expect(config.proxy).toBeUndefined();
  });

  it('with principal and password becomes Basic authentication', () => {
    const config = load('connectorserver.url=ws://c:8080/openicf\nconnectorserver.principal=anonymous\nconnectorserver.password=changeit');
    expect(config.controllers[0]?.auth?.principal).toBe('anonymous');
    expect(config.controllers[0]?.auth?.password?.toString()).toBe('file /etc/causeway/secrets/controller.pass');
  });
});

import { describe, expect, it } from 'vitest';
import { enabledConnectors } from '../../../agent/agent.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { controllerSessionOf, dialTargetOf, listenerSessionOf, relaySessionOf, sessionLimitsOf, showsIdentity } from '../../../agent/wiring.js';
import { certificateOnly } from '../../../agent/transport/authorization.js';
import { TokenSources } from '../../../agent/transport/oauth-token.js';
import { ManualClock } from './support/manual-clock.js';

const clock = new ManualClock();
const log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const parts = { executor: { connectorInfos: async () => [], facadeFor: async () => { throw new Error('none'); } }, clock, log, version: '1.2.3' };
const config = (text: string) => readConfig(`agent: {name: site-1, hostId: h1}\n${text}`, '/etc/causeway/agent.yaml');

describe('from configuration to parts', () => {
  it('a controller\'s own tls and proxy replace the common ones', () => {
    const settings = config('tls: {ca: common.crt}\nproxy: {host: p, port: 1}\ncontrollers: [{url: "wss://a/"}, {url: "wss://b/", tls: {ca: own.crt, serverName: x}, proxy: {host: q, port: 2}}]');
    const [first, second] = settings.controllers.map((controller) => dialTargetOf(settings, controller, clock, '1.2.3'));
    expect(first).toMatchObject({ tls: { ca: '/etc/causeway/common.crt' }, proxy: { host: 'p' }, authorization: certificateOnly, userAgent: 'Causeway/1.2.3 (site-1; h1)' });
    expect(second).toMatchObject({ tls: { ca: '/etc/causeway/own.crt', serverName: 'x' }, proxy: { host: 'q' } });
  });

  it.each<[string, string, string, boolean]>([
    ['where nothing else says who we are', '', '{url: "wss://a/"}', true],
    ['where only trust is configured', 'tls: {ca: ca.crt}', '{url: "wss://a/"}', true],
    ['not without TLS', '', '{url: "ws://a/", enrolled: true}', false],
    ['not where there is a certificate', 'tls: {certificate: a.crt, key: a.key}', '{url: "wss://a/"}', false],
    ['not where the controller has a certificate of its own', '', '{url: "wss://a/", tls: {pkcs12: a.p12}}', false],
    ['not where there are credentials', '', '{url: "wss://a/", auth: {principal: a, password: b}}', false],
    ['not where there are credentials for all', 'auth: {principal: a, password: b}', '{url: "wss://a/"}', false],
    ['beside credentials, when told to', 'auth: {principal: a, password: b}', '{url: "wss://a/", enrolled: true}', true],
    ['not when told not to', '', '{url: "wss://a/", enrolled: false}', false],
  ])('the enrolled identity is shown %s', (_where, common, controller, expected) => {
    const settings = config(`${common}\ncontrollers: [${controller}]`);
    expect(showsIdentity(settings, settings.controllers[0]!)).toBe(expected);
  });

  it('auth for all is used where a controller has none, and one client\'s tokens are shared', () => {
    const settings = config('auth: {oauth: {tokenEndpoint: "https://t/", clientId: c, clientSecret: {env: S}}}\ncontrollers: [{url: "wss://a/"}, {url: "wss://b/"}, {url: "wss://c/", auth: {principal: p, password: {env: P}}}]');
    const tokens = new TokenSources(clock);
    const [first, second, third] = settings.controllers.map((controller) => dialTargetOf(settings, controller, clock, '1', { tokens }).authorization);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
    expect(first).not.toBe(certificateOnly);
  });

  it('leaves one socket of room for rotation, unless told otherwise', () => {
    const settings = config('controllers: [{url: "wss://a/", sockets: 3, connectionTtl: 5m}, {url: "wss://b/", sockets: 3, maxSockets: 3}]\nsession: {backoffBase: 1s, backoffCap: 1m, startStagger: 0}');
    const [first, second] = settings.controllers.map((controller) => controllerSessionOf(settings, controller, parts));
    expect(first).toMatchObject({ url: 'wss://a/', plan: { sockets: 3, maxSockets: 4, connectionTtl: 300_000, stagger: 0 }, backoff: { base: 1000, cap: 60_000 } });
    expect(second?.plan.maxSockets).toBe(3);
  });

  it('hands every session setting to the protocol', () => {
    expect(sessionLimitsOf(config('controllers: [{url: "wss://a/"}]\nsession: {handshakeTimeout: 1s, heartbeatInterval: 2s, groupCheckInterval: 3s, groupExpiry: 4s, resendTimeout: 5s, maxFrameSize: 64KiB, maxConcurrentRequests: 6, maxQueuedRequests: 7, maxQueueTime: 8s}'))).toEqual({
      handshakeTimeout: 1000, heartbeatInterval: 2000, groupCheckInterval: 3000, groupExpiry: 4000, resendTimeout: 5000, maxFrameBytes: 65_536, maxConcurrentRequests: 6, maxQueuedRequests: 7, maxQueueTime: 8000,
    });
  });

  it('a listener\'s key may be given in clear or as its hash', async () => {
    const settings = config('listeners: [{key: changeit}, {keyHash: lmA6bMfENJGlIDbfrVtklXFK32s=, port: 1}]');
    for (const listener of settings.listeners) {
      expect((await listenerSessionOf(settings, listener, parts)).listen.keyHash).toBe('lmA6bMfENJGlIDbfrVtklXFK32s=');
    }
  });

  it('every connector is enabled unless some are named; a misspelt one is refused', () => {
    expect(enabledConnectors(config('controllers: [{url: "wss://a/"}]'))).toEqual(expect.arrayContaining(['csv', 'ldap']));
    expect(enabledConnectors(config('controllers: [{url: "wss://a/"}]\nconnectors: {enabled: [csv, csv]}'))).toEqual(['csv']);
    expect(() => enabledConnectors(config('controllers: [{url: "wss://a/"}]\nconnectors: {enabled: [lddap]}'))).toThrow(/did you mean ldap\?/);
  });

  it('a relay is a server at its path, with its own trust and nothing of the controllers\'', () => {
    const settings = config('tls: {ca: common.crt}\ncontrollers: [{url: "wss://a/"}]\nsession: {startStagger: 0}\nrelays: [{name: sap, host: "fe80::1", port: 8759, useSSL: true, key: k}, {name: b, url: "ws://b:1/rcs", key: k, sockets: 3, maxBufferedBytes: 1MiB, connectors: [{bundleName: x}]}]');
    const [first, second] = settings.relays.map((relay) => relaySessionOf(settings, relay, parts));
    expect(first).toMatchObject({ name: 'sap', selection: undefined, maxBufferedBytes: 64 * 1024 ** 2, session: { url: 'wss://[fe80::1]:8759/openicf', plan: { sockets: 2, maxSockets: 2, connectionTtl: 0, stagger: 0 } } });
    expect(second).toMatchObject({ name: 'b', maxBufferedBytes: 1024 ** 2, session: { url: 'ws://b:1/rcs', plan: { sockets: 3 } } });
    expect(second?.selection?.({ bundleName: 'x', bundleVersion: '1', connectorName: 'c' })).toBe(true);
    expect(second?.selection?.({ bundleName: 'y', bundleVersion: '1', connectorName: 'c' })).toBe(false);
  });
});

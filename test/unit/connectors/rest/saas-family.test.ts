import { describe, expect, it } from 'vitest';
import { READ_AND_WRITE_RATES, limitsOf } from '../../../../connectors/engines/rest/configured-rates.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { saasFamily, withSaasProperties } from '../../../../connectors/engines/rest/saas-family.js';
import { saasProperties } from '../../../../connectors/engines/rest/saas-properties.js';
import { systemClock } from '../../../../connectors/framework/clock.js';
import { text, type ConfigOf, type PropertyTable } from '../../../../connectors/framework/properties.js';
import { GuardedString, type IcfValue } from '../../../../protocol/model/index.js';
import { FakeTokenClient, answerOf, never } from '../http/fake-token-client.js';

const config = withSaasProperties({
  before: text({ group: 'Elsewhere', help: 'Before all of them.' }),
  serviceUri: text({ required: true, help: 'The address of Example.' }),
  tenant: text({ order: 2, required: true, help: 'Tenant.' }),
  readRateLimit: text({ order: 4, help: 'Reads.' }),
  writeRateLimit: text({ order: 5, help: 'Writes.' }),
  behind: text({ help: 'Behind all of them.' }),
});
type Config = ConfigOf<typeof config>;

const saas = saasFamily(config, {
  rates: { readRateLimit: { kinds: ['read'], default: '5/sec' }, writeRateLimit: { kinds: ['write'], bare: 60_000 } },
  form: ({ tenant }) => new Map([['tenant', tenant]]),
  scope: ({ scope }) => scope?.replaceAll(' ', ',') ?? null,
  complaints: ({ tenant }) => (tenant === 'none' ? ['tenant is none.'] : []),
});

const connector = defineRestConnector({
  id: 'example', displayName: 'Example', key: { bundleName: 'test.example', bundleVersion: '1.0.0.0', connectorName: 'test.Example' },
  ...saas, service: { ...saas.service, test: 'GET /status' }, objectClasses: {},
});

const defaults = Object.fromEntries(Object.entries(config as PropertyTable).map(([name, property]) => [name, property.read(property.default as IcfValue)]));
const oauth = { serviceUri: 'https://api.example.com/v1', tenant: 'one', tokenEndpoint: 'https://login.example.com/token', clientId: 'client', clientSecret: new GuardedString('c1ient-s3cret') };
const configured = (changes: Record<string, unknown> = {}): Config => ({ ...defaults, ...oauth, ...changes }) as unknown as Config;
const refusal = (changes: Record<string, unknown>): string => {
  try {
    connector.validate?.(configured(changes));
    return '';
  } catch (error) {
    expect(error).toMatchObject({ kind: 'configuration' });
    return (error as Error).message;
  }
};

describe('the properties of a connector of the SaaS family', () => {
  it('have own ones at their places, and those of the family between them in their order', () => {
    const names = Object.keys(config);
    expect(names.slice(0, 7)).toEqual(['before', 'serviceUri', 'tenant', 'login', 'readRateLimit', 'writeRateLimit', 'password']);
    expect(names.slice(-2)).toEqual(['behind', 'clientCertificateFile']);
    const places = Object.values(config as PropertyTable).map(({ order }) => order);
    expect(places).toEqual([-1, ...places.slice(1, -2).map((_, index) => index + 1), -1, -1]);
    const family = Object.keys(saasProperties);
    expect(names.filter((name) => family.includes(name))).toEqual(family);
  });

  it('have one heading for those with a place, and another text for one of the family that is told again', () => {
    expect([config.tenant.group, config.serviceUri.group, config.login.group, config.before.group, config.clientCertificateFile.group]).toEqual([...Array<string>(3).fill('Basic Configuration Properties'), 'Elsewhere', 'Causeway']);
    expect(config.serviceUri.help).toBe('The address of Example.');
  });
});

describe('a configuration of the SaaS family', () => {
  it.each([
    ['an unknown method', { authenticationMethod: 'KERBEROS' }, 'authenticationMethod'], ['a secret that is missing', { clientSecret: null }, 'clientSecret'],
    ['an address that is none', { serviceUri: 'example.com' }, 'serviceUri'], ['a token endpoint with a password', { tokenEndpoint: 'https://a:b@example.com' }, 'tokenEndpoint'],
    ['a rate that is none', { readRateLimit: 'often' }, 'readRateLimit'], ['a proxy without a port', { httpProxyHost: 'proxy' }, 'httpProxyPort'], ['no connections', { maximumConnections: 0 }, 'maximumConnections'],
    ['what the connector complains of', { tenant: 'none' }, 'tenant is none.'],
  ])('is refused for %s', (_, changes, message) => {
    expect(refusal(changes)).toContain(message);
  });

  it('is told all that is wrong with credentials and own properties at once', () => {
    expect(refusal({ clientSecret: null, tenant: 'none' })).toMatch(/clientSecret.*tenant is none/);
  });

  it('is good without a token endpoint where none is needed', () => {
    expect(refusal({ authenticationMethod: 'BASIC', login: 'a', password: new GuardedString('pa55-word'), tokenEndpoint: ' ' })).toBe('');
  });

  it('leads to the service, its token endpoint and the proxy', () => {
    expect(connector.targets?.(configured({ httpProxyHost: 'proxy', httpProxyPort: 3128 }))).toMatchObject([{ host: 'api.example.com' }, { host: 'login.example.com' }, { host: 'proxy', port: 3128 }]);
  });

  it('asks for tokens with the fields and the scope of the connector', async () => {
    const client = new FakeTokenClient(answerOf(200, { access_token: 'a-t0ken', expires_in: 3_600 }));
    const authentication = saas.service.authentication(configured({ scope: 'read write' }), { client: client as never, over: never, clock: systemClock, log: undefined as never });
    await authentication.headers({ method: 'GET', url: new URL('https://api.example.com/v1/users'), headers: new Map() }, never);
    expect(client.forms[0]).toMatchObject({ tenant: 'one', scope: 'read,write', grant_type: 'client_credentials' });
  });

  it('has the address and the user under other names where it says so', () => {
    const other = saasFamily({ ...config, endpoint: text({ required: true, help: 'Address.' }), user: text({ help: 'User.' }) }, { address: 'endpoint', login: 'user' });
    const given = { ...configured({ authenticationMethod: 'BASIC', password: new GuardedString('pa55-word'), clientId: null }), endpoint: 'https://other.example.com', user: 'ann' };
    expect(other.service.address(given).href).toBe('https://other.example.com/');
    expect(other.complaints?.(given)).toEqual([]);
    expect(other.complaints?.({ ...given, user: null })).toEqual(['authenticationMethod is BASIC: set user.']);
    expect(limitsOf(other.service, given).identity).toBe('ann');
  });
});

describe('rates of a configuration', () => {
  const rates = (readRateLimit: string | null, writeRateLimit: string | null) => (limitsOf(saas.service, configured({ readRateLimit, writeRateLimit })).fixed ?? []).map(({ rate, kinds }) => [rate.count, rate.period, kinds]);

  it('are what the properties say, by the time of a bare number, or the default', () => {
    expect(rates('30/sec', '12')).toEqual([[30, 1_000, ['read']], [12, 60_000, ['write']]]);
    expect(rates(' ', null)).toEqual([[5, 1_000, ['read']]]);
  });

  it('come to those that the service has besides', () => {
    const service = { rates: READ_AND_WRITE_RATES, limits: () => ({ identity: 'one', announced: 'off' as const, fixed: [{ rate: { count: 1, period: 5 } }] }) };
    expect(limitsOf(service, { readRateLimit: null, writeRateLimit: '2/min' })).toEqual({ identity: 'one', announced: 'off', fixed: [{ rate: { count: 1, period: 5 } }, { rate: { count: 2, period: 60_000 }, kinds: ['write'] }] });
  });
});

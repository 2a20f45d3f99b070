import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { string } from '../../../../connectors/engines/rest/attributes.js';
import { oauth2 } from '../../../../connectors/engines/rest/authentication/oauth2.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { placeOf } from '../../../../connectors/engines/rest/request-line.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { GuardedString } from '../../../../protocol/model/index.js';
import { ConnectorCaller, failure } from '../../../support/connector-caller.js';
import { secret } from '../../../support/secret-values.js';
import { Refusal } from '../../../targets/rest/exchange.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const SECRET = secret('client of two addresses');
const connector = defineRestConnector({
  id: 'two-addresses', displayName: 'Two addresses', family: 'Test', key: { bundleName: 'b', bundleVersion: '1.5.0.0', connectorName: 'c' },
  properties: properties({ people: text({ required: true, help: 'x' }), plans: text({ required: true, help: 'x' }) }),
  service: {
    address: ({ people }) => new URL(people),
    others: ({ plans }) => ({ billing: new URL(plans) }),
    authentication: ({ people }, { client, over }) => oauth2({ client, over, endpoint: new URL(`${people}/token`), grant: 'client_credentials', clientId: 'me', clientSecret: new GuardedString(SECRET) }),
    test: 'GET /people',
  },
  objectClasses: {
    Person: { attributes: { name: string() }, list: { request: 'GET /people' } },
    Plan: { attributes: { name: string() }, list: { request: 'GET billing:/plans' }, read: 'GET billing:/plans/{uid}' },
    Nowhere: { attributes: { name: string() }, list: { request: 'GET shop:/plans' } },
  },
});

let people: FakeService;
let plans: FakeService;
let caller: ConnectorCaller;

beforeEach(async () => {
  people = await FakeService.start({ credentials: { tokens: { path: '/token', clientId: 'me', clientSecret: SECRET } }, routes: { 'GET /people': () => ({ body: [{ id: '1', name: 'Ann' }] }) } });
  plans = await FakeService.start({
    base: '/v2',
    routes: {
      'GET /plans': (request) => {
        if (!people.tokens.isAuthorized(request)) throw new Refusal(401, {});
        return { body: [{ id: 'p', name: 'Large' }] };
      },
      'GET /plans/{id}': (request) => {
        if (!people.tokens.isAuthorized(request)) throw new Refusal(401, {});
        return { body: { id: request.params['id'], name: 'Large' } };
      },
    },
  });
  caller = new ConnectorCaller(connector, { people: people.address, plans: plans.address });
});
afterEach(async () => {
  await caller.dispose();
  await Promise.all([people.stop(), plans.stop()]);
});

describe('a service at several addresses', () => {
  it('sends a request where its line says, with the credentials of all', async () => {
    expect((await caller.search('Person')).items).toHaveLength(1);
    expect((await caller.search('Plan')).items.map(({ uid }) => uid.value)).toEqual(['p']);
    expect(plans.seen.map(({ path }) => path)).toEqual(['/v2/plans']);
    expect(people.tokens.issued).toBe(1);
  });

  it('renews the token for all of them once one is refused it', async () => {
    await caller.search('Person');
    people.tokens.expireAll();
    expect((await caller.search('Plan')).items).toHaveLength(1);
    expect((await caller.search('Person')).items).toHaveLength(1);
    expect(people.tokens.issued).toBe(2);
  });

  it('names them all as places the configuration leads to', () => {
    expect(connector.targets?.({ people: 'https://people.example', plans: 'https://plans.example:8443/x' })).toEqual([{ host: 'people.example', port: 443 }, { host: 'plans.example', port: 8443 }]);
  });

  it('refuses a name it does not know', async () => {
    expect((await failure(caller.search('Nowhere'))).message).toContain('GET shop:/plans');
  });

  it('takes only what stands before a slash for a name', () => {
    expect(placeOf('GET /time/12:/30')).toEqual({ at: undefined, line: 'GET /time/12:/30' });
    expect(placeOf('PUT billing:/plans/{uid}')).toEqual({ at: 'billing', line: 'PUT /plans/{uid}' });
  });
});

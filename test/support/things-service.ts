import { attributes, password, string } from '../../connectors/engines/rest/attributes.js';
import { READ_AND_WRITE_RATES } from '../../connectors/engines/rest/configured-rates.js';
import { defineRestConnector } from '../../connectors/engines/rest/define-rest-connector.js';
import { oauth2 } from '../../connectors/engines/rest/authentication/oauth2.js';
import { offsetPaging } from '../../connectors/engines/rest/paging/counted.js';
import { guarded, properties, text } from '../../connectors/framework/properties.js';
import { offerSnapshotSync, type AnyConnector } from '../../connectors/framework/index.js';
import { NAME, PASSWORD } from '../../protocol/model/index.js';
import { FakeService } from '../targets/rest/fake-service.js';
import { holdSecret } from './secret-values.js';

/** A small service behind OAuth, and the connector to it: for what is about connectors over HTTP, whichever they are. */
export const thingsConnector: AnyConnector = offerSnapshotSync(defineRestConnector({
  id: 'things', displayName: 'Things', family: 'SaaS', key: { bundleName: 'example.things-connector', bundleVersion: '1.5.0.0', connectorName: 'example.ThingsConnector' },
  properties: properties({
    address: text({ required: true, help: 'Where.' }), clientId: text({ default: 'client', help: 'Who.' }), clientSecret: guarded({ required: true, help: 'Its secret.' }),
    readRateLimit: text({ help: 'Reads.' }), writeRateLimit: text({ help: 'Writes.' }),
  }),
  service: {
    address: ({ address }) => new URL(address), test: 'GET /things?limit=1', rates: READ_AND_WRITE_RATES,
    authentication: ({ address, clientId, clientSecret }, { client, over }) => oauth2({ client, over, endpoint: new URL('/token', address), grant: 'client_credentials', clientId, clientSecret }),
  },
  objectClasses: {
    thing: {
      attributes: attributes({ [NAME]: string({ wire: 'name', required: true }), colour: string(), tags: string({ multi: true }), [PASSWORD]: password({ wire: 'initial' }) }),
      list: { request: 'GET /things', items: 'things', pageSize: 2, paging: offsetPaging({ offset: 'offset', size: 'limit' }) },
      read: 'GET /things/{uid}', create: 'POST /things', update: 'PATCH /things/{uid}', delete: 'DELETE /things/{uid}',
    },
  },
}));

export interface Thing { readonly id: string; name: string; colour?: string; tags?: readonly string[]; [further: string]: unknown }

/** Lists echo the token they were asked with. Every request that is no GET and fetches no token counts as a write, whether it succeeds or not. */
export async function startThings(things: Thing[], clientSecret: string, further: Readonly<Record<string, unknown>> = {}): Promise<{ readonly tokens: readonly string[]; readonly service: FakeService; readonly things: Thing[]; writes(): number }> {
  const tokens: string[] = [];
  const service = await FakeService.start({
    credentials: {
      tokens: {
        path: '/token', clientId: 'client', clientSecret, clientBy: 'body',
        answer: (token) => {
          tokens.push(token);
          return { body: { access_token: token, token_type: 'Bearer', expires_in: 3600 } };
        },
      },
    },
    routes: {
      'GET /things': ({ query, headers }) => {
        const from = Number(query.get('offset') ?? 0);
        return { body: { things: things.slice(from, from + Number(query.get('limit') ?? 100)), echo: headers['authorization'], ...further }, headers: { 'set-cookie': `session=${tokens.at(-1) ?? ''}; Path=/` } };
      },
      'GET /things/{id}': ({ path }) => {
        const found = things.find(({ id }) => path.endsWith(`/${id}`));
        return found === undefined ? { status: 404, body: { message: 'no such thing' } } : { body: found };
      },
      'POST /things': ({ body }) => {
        const thing = { id: `t${things.length + 1}`, ...body as { name: string } };
        things.push(thing);
        return { status: 201, body: thing };
      },
      'PATCH /things/{id}': ({ path, body }) => {
        const found = things.find(({ id }) => path.endsWith(`/${id}`));
        return found === undefined ? { status: 404, body: { message: 'no such thing' } } : { body: Object.assign(found, body) };
      },
      'DELETE /things/{id}': ({ path }) => {
        things.splice(things.findIndex(({ id }) => path.endsWith(`/${id}`)), 1);
        return { status: 204 };
      },
    },
  });
  return { service, things, tokens, writes: () => service.seen.filter(({ method, path }) => method !== 'GET' && path !== '/token').length };
}

export const heldSecret = (name: string): string => holdSecret(name, `S3cret-${name}-${crypto.randomUUID()}`);

import { expect, it } from 'vitest';
import { attributes, string } from '../../../../connectors/engines/rest/attributes.js';
import { defineRestConnector } from '../../../../connectors/engines/rest/define-rest-connector.js';
import { noAuthentication } from '../../../../connectors/engines/http/http-authentication.js';
import { properties, text } from '../../../../connectors/framework/properties.js';
import { Attribute, NAME, OperationOptions, Uid } from '../../../../protocol/model/index.js';
import { ConnectorCaller } from '../../../support/connector-caller.js';
import { calling } from '../../../support/memory-facade.js';
import { FakeService } from '../../../targets/rest/fake-service.js';

const things = defineRestConnector({
  id: 'things', displayName: 'Things', family: 'SaaS', key: { bundleName: 'b', bundleVersion: '1.5.0.0', connectorName: 'c' },
  properties: properties({ address: text({ required: true, help: 'Where.' }) }),
  service: { address: ({ address }) => new URL(address), authentication: () => noAuthentication, test: 'GET /things/1' },
  objectClasses: { thing: { attributes: attributes({ [NAME]: string({ wire: 'id' }), colour: string(), tags: string({ multi: true }) }), read: 'GET /things/{uid}', update: 'PATCH /things/{uid}' } },
});

it('takes an added value of an attribute of one value instead of its own, and beside the others of one of several', async () => {
  let thing = { id: '1', colour: 'red', tags: ['a'] };
  const service = await FakeService.start({ routes: {
    'GET /things/{id}': () => ({ body: thing }),
    'PATCH /things/{id}': ({ body }) => ({ body: thing = { ...thing, ...body as Partial<typeof thing> } }),
  } });
  const caller = new ConnectorCaller(things, { address: service.origin });
  try {
    const update = (updateType: 'ADD' | 'REMOVE', ...changed: Attribute[]) => caller.facade.perform({ kind: 'update', updateType, objectClass: 'thing', uid: new Uid('1'), attributes: changed, options: OperationOptions.none }, calling());
    await update('ADD', Attribute.of('COLOUR', 'blue'), Attribute.of('tags', 'b'));
    expect(thing).toEqual({ id: '1', colour: 'blue', tags: ['a', 'b'] });
    await update('REMOVE', Attribute.of('colour', 'green'), Attribute.of('tags', 'a'));
    expect(thing).toEqual({ id: '1', colour: 'blue', tags: ['b'] });
  } finally {
    await caller.dispose();
    await service.stop();
  }
});

/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- an OpenAPI document is JSON of any form */
import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { object, text } from '../../../../controller/openapi/api-part.js';
import { openApiDocument } from '../../../../controller/openapi/document.js';
import { API_PARTS } from '../../../../controller/openapi/parts.js';
import { requireDescribed } from '../../../support/described-exchange.js';
import { startRest, type Rest } from '../start-rest.js';

let rest: Rest;
beforeAll(async () => { rest = await startRest(); });
afterAll(() => rest.stop());

describe('the description of the REST API', () => {
  it('is OpenAPI 3.1, as it is served and with the objects of a system', async () => {
    for (const path of ['/openidm/openapi.json', '/openidm/openapi.json?system=memory']) {
      const { status, body } = await rest.call('GET', path);
      expect(status).toBe(200);
      expect(await new Validator().validate(body as Record<string, unknown>)).toMatchObject({ valid: true });
    }
  });

  it('has the object types of a system as its provisioner file has them', async () => {
    const { body } = await rest.call('GET', '/openidm/openapi.json?system=memory');
    expect(body.components.schemas['memory.account']).toEqual({
      type: 'object',
      properties: {
        _id: { type: 'string' }, _rev: { type: 'string' },
        userName: { type: ['string', 'null'], description: '__NAME__ of the target' }, mail: { type: ['string', 'null'], description: 'mail of the target' },
        age: { type: ['integer', 'null'], description: 'age of the target' },
        phones: { type: ['array', 'null'], items: { type: 'string' }, description: 'telephoneNumber of the target' },
        password: { type: ['string', 'null'], description: '__PASSWORD__ of the target', writeOnly: true }, fixed: { type: ['string', 'null'], description: 'fixed of the target' },
      },
    });
    expect(body.paths['/system/memory/account'].post.requestBody.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/memory.account' });
  });

  it('is not served of a system that is none, nor changed', async () => {
    expect((await rest.call('GET', '/openidm/openapi.json?system=none')).status).toBe(404);
    expect((await rest.call('GET', '/openidm/openapi.json/x')).status).toBe(404);
    expect((await rest.call('DELETE', '/openidm/openapi.json')).status).toBe(501);
  });

  it('describes nothing twice, and gives every operation an id of its own', () => {
    const part = API_PARTS[0]!;
    expect(() => openApiDocument([part, part], { version: '1' })).toThrow('described twice');
    const ids = Object.values(openApiDocument(API_PARTS, { version: '1' })['paths'] as Record<string, Record<string, { operationId?: string }>>).flatMap((item) => Object.values(item).flatMap(({ operationId }) => operationId ?? []));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('an exchange that is not described', () => {
  const exchange = { method: 'GET', url: '/openidm/info/ping', body: undefined, status: 200, answer: { _id: '', _rev: '', shortDesc: 'x', state: 'ACTIVE_READY' } };
  it.each([
    ['of no path', { url: '/openidm/nowhere' }, 'no such path'], ['with another method', { method: 'DELETE' }, 'the path has no delete'], ['with an unknown parameter', { url: '/openidm/info/ping?deep=1' }, 'no parameter deep'],
    ['with a parameter of another type', { url: '/openidm/audit/recon?_queryFilter=true&_pageSize=x' }, 'parameter _pageSize'], ['with another answer', { answer: { _id: '' } }, 'the answer'],
    ['with another status', { status: 201 }, 'no answer 201'], ['with an error of another form', { status: 500, answer: { message: 'x' } }, 'the error'],
    ['with an action nobody knows', { method: 'POST', url: '/openidm/system?_action=dance' }, 'no action dance'], ['without what an action needs', { method: 'POST', url: '/openidm/recon?_action=recon' }, 'mapping is required'],
    ['with another body', { method: 'POST', url: '/openidm/repo/link', body: {}, status: 201 }, 'the body'],
  ])('%s fails a test', (_name, change, message) => {
    expect(() => requireDescribed({ ...exchange, ...change })).toThrow(message);
  });
  it('passes as it is', () => {
    expect(() => requireDescribed(exchange)).not.toThrow();
  });
});

it('schemas with optional properties name those that are there', () => {
  expect(object({ a: text, 'b?': text })).toEqual({ type: 'object', properties: { a: text, b: text }, required: ['a'] });
});

import { afterAll, beforeAll, expect, it } from 'vitest';
import { startScimServer, type ScimServer } from '../../../targets/scim-server.js';

let server: ScimServer;
beforeAll(async () => { server = await startScimServer(); });
afterAll(() => server.stop());

async function ask(method: string, path: string, body?: unknown, token = server.token): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(server.address + path, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
}

it('serves users and groups as RFC 7644 has them', async () => {
  expect((await ask('GET', '/Users', undefined, 'wrong')).status).toBe(401);
  const made = await ask('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'bjensen', name: { givenName: 'Barbara', familyName: 'Jensen' } });
  expect(made.status).toBe(201);
  const id = String(made.body['id']);
  expect((await ask('POST', '/Users', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName: 'BJensen' })).status).toBe(409);
  expect((await ask('GET', '/Users?filter=userName%20eq%20%22bjensen%22')).body).toMatchObject({ totalResults: 1, Resources: [{ id, userName: 'bjensen' }] });
  expect((await ask('GET', '/Users?filter=userName%20eq%20%22nobody%22')).body).toMatchObject({ totalResults: 0 });
  const patch = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [{ op: 'replace', path: 'name.givenName', value: 'Babs' }] };
  expect((await ask('PATCH', `/Users/${id}`, patch)).status).toBe(200);
  expect((await ask('GET', `/Users/${id}`)).body).toMatchObject({ name: { givenName: 'Babs', familyName: 'Jensen' } });
  const group = await ask('POST', '/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Tour Guides', members: [{ value: id }] });
  expect(group.body).toMatchObject({ displayName: 'Tour Guides', members: [{ value: id }] });
  expect((await ask('DELETE', `/Users/${id}`)).status).toBe(204);
  expect((await ask('GET', `/Users/${id}`)).status).toBe(404);
  expect((await ask('GET', '/ServiceProviderConfig')).body).toMatchObject({ patch: { supported: true } });
});

it('is away between pause and resume, with everything in it', async () => {
  await ask('POST', '/Groups', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: 'Kept' });
  await server.pause();
  await expect(ask('GET', '/Groups')).rejects.toThrow();
  await server.resume();
  expect((await ask('GET', '/Groups?filter=displayName%20eq%20%22Kept%22')).body['totalResults']).toBe(1);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { USER, startManaged, type ManagedWorld } from './start-managed.js';

let world: ManagedWorld;
afterEach(() => world.stop());
const type = (properties: object, more: object = {}): object => ({ objects: [{ name: 'thing', schema: { properties }, ...more }] });
const onDisk = async (): Promise<unknown> => JSON.parse(await readFile(join(world.folder, 'managed.json'), 'utf8')) as unknown;

describe('a wrong managed.json', () => {
  it('leaves the types of the last good one, is told once, and is taken again when it is right', async () => {
    world = await startManaged();
    await world.call('PUT', '/managed/user/a', { userName: 'a', sn: 'x' });
    await world.writeTypes('{"objects": [');
    expect((await world.call('GET', '/managed/user/a')).status).toBe(200);
    expect((await world.call('GET', '/managed/user/a')).status).toBe(200);
    expect(world.told).toEqual([expect.stringMatching(/cannot be used.*no valid JSON.*"goesOnWith":\["user"\]/)]);
    await world.writeTypes({ objects: [USER, { name: 'more' }] });
    expect((await world.call('GET', '/managed/more?_queryFilter=true')).status).toBe(200);
  });

  it('without one before it is answered with 503 and the reason; without a file there are no types', async () => {
    world = await startManaged({ types: { objects: [{ name: 'a b' }] } });
    expect(await world.call('GET', '/managed/thing/a')).toMatchObject({ status: 503, body: { message: expect.stringContaining('letters, digits') as string } });
    await world.stop();
    world = await startManaged({ types: null });
    expect((await world.call('GET', '/managed/thing/a')).status).toBe(404);
  });

  it.each([
    ['an unknown policy', type({ a: { type: 'string', policies: [{ policyId: 'nice' }] } }), /thing: schema\.properties\.a: the policy nice is not known/],
    ['a policy without its parameter', type({ a: { type: 'string', policies: [{ policyId: 'minimum-length' }] } }), /minimum-length: params\.minLength must be a number/],
    ['a pattern that is none', type({ a: { type: 'string', pattern: '(' } }), /params\.regexp/],
    ['a script where none can run', type({}, { onCreate: { type: 'text/javascript', source: '1' } }), /onCreate: scripts of managed objects cannot be run/],
    ['a key that is not there', type({ a: { type: 'string', encryption: { key: 'other' } } }), /needs the key other; set systems\.cryptoKeys\.other/],
    ['an unknown hash', type({ a: { type: 'string', secureHash: { algorithm: 'MD5' } } }), /must be one of SHA-256/],
    ['an encrypted unique value', type({ a: { type: 'string', encryption: { key: 'openidm-sym-default' }, policies: [{ policyId: 'unique' }] } }), /cannot be unique/],
    ['a virtual property nobody computes', type({ a: { type: 'string', isVirtual: true, queryConfig: {} } }), /virtual property/],
    ['an unknown type', type({ a: { type: 'text' } }), /must be one of string/],
    ['a required property that is none', { objects: [{ name: 'thing', schema: { required: ['b'] } }] }, /schema\.required names b/],
    ['two types of one name', { objects: [{ name: 'thing' }, { name: 'thing' }] }, /two types/],
    ['conditional policies', type({ a: { type: 'string', conditionalPolicies: [] } }), /conditionalPolicies/],
    ['no objects', {}, /objects/],
  ])('with %s is refused over REST, and nothing is written', async (_what, file, reason) => {
    world = await startManaged();
    const before = await onDisk();
    const answer = await world.call('PUT', '/config/managed', file);
    expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(reason) as string } });
    expect(await onDisk()).toEqual(before);
  });
});

describe('types', () => {
  it('are read, changed and removed as config/managed', async () => {
    world = await startManaged({ types: null });
    expect((await world.call('GET', '/config/managed')).status).toBe(404);
    expect((await world.call('PUT', '/config/managed', { _id: 'managed', ...type({ a: { type: 'string', viewable: true } }) })).status).toBe(201);
    expect(await onDisk()).toEqual(type({ a: { type: 'string', viewable: true } }));
    expect((await world.call('GET', '/config/managed')).body).toMatchObject({ _id: 'managed', objects: [{ name: 'thing' }] });
    expect((await world.call('PATCH', '/config/managed', [{ operation: 'add', field: '/objects/-', value: { name: 'second' } }])).status).toBe(200);
    expect((await world.call('GET', '/managed/second?_queryFilter=true')).status).toBe(200);
    expect((await world.call('PUT', '/config/managed', type({}), { 'If-None-Match': '*' })).status).toBe(412);
    expect((await world.call('GET', '/config?_queryFilter=_id+eq+"managed"')).body.resultCount).toBe(1);
    expect((await world.call('DELETE', '/config/managed')).status).toBe(200);
    expect((await world.call('GET', '/managed/thing?_queryFilter=true')).status).toBe(404);
  });

  it('with relationships keep them as they are sent, hide them unless asked for, and that is told', async () => {
    world = await startManaged({ types: type({ plain: { type: 'object', properties: { deputies: { type: 'array', items: { type: ['relationship', 'null'] } } } }, boss: { type: 'relationship', reverseRelationship: true, reversePropertyName: 'reports', resourceCollection: [{ path: 'managed/thing', label: 'Thing' }] }, team: { type: 'array', items: { type: 'relationship' }, returnByDefault: true } }) });
    await world.call('PUT', '/managed/thing/a', { boss: { _ref: 'managed/thing/b' }, team: [] });
    expect((await world.call('GET', '/managed/thing/a')).body).toEqual({ _id: 'a', _rev: expect.any(String) as unknown, team: [] });
    expect((await world.call('GET', '/managed/thing/a?_fields=*_ref,*')).text).toContain('managed/thing/b');
    expect((await world.call('GET', '/managed/thing/a?_fields=boss')).body).toMatchObject({ boss: { _ref: 'managed/thing/b' } });
    const told = world.told.filter((line) => line.includes('relationships are not supported'));
    expect(told).toEqual([expect.stringMatching(/schema\.properties\.plain: /), expect.stringMatching(/schema\.properties\.boss: .*stored as they are sent.*at their other end \(reports of managed\/thing\)/), expect.stringMatching(/schema\.properties\.team: /)]);
  });

  it('with virtual properties that are computed from relationships are refused', async () => {
    world = await startManaged({ types: type({ effectiveRoles: { type: 'array', isVirtual: true, queryConfig: { referencedRelationshipFields: ['roles'] }, items: { type: 'object' } } }) });
    expect(await world.call('GET', '/managed/thing?_queryFilter=true')).toMatchObject({ status: 503, body: { message: expect.stringContaining('effectiveRoles: a virtual property has to be computed by an onRetrieve script') as string } });
  });
});

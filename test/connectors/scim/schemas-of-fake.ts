export const URNS = {
  1: { user: 'urn:scim:schemas:core:1.0', group: 'urn:scim:schemas:core:1.0' },
  2: { user: 'urn:ietf:params:scim:schemas:core:2.0:User', group: 'urn:ietf:params:scim:schemas:core:2.0:Group' },
} as const;

export const PAY = 'urn:example:params:scim:schemas:extension:pay:2.0:User';

/** Shape of RFC 7643, section 8.6. */
export const RESOURCE_TYPES = [
  { name: 'User', endpoint: '/Users', schema: URNS[2].user, schemaExtensions: [{ schema: PAY, required: false }] },
  { name: 'Group', endpoint: '/Groups', schema: URNS[2].group },
  { name: 'Device', endpoint: '/Devices', schema: 'urn:example:Device' },
];

const text = (name: string, more: object = {}): object => ({ name, type: 'string', multiValued: false, required: false, mutability: 'readWrite', returned: 'default', ...more });

/** Shape of RFC 7643, section 8.7. */
export const SCHEMAS_20 = [
  { id: URNS[2].user, name: 'User', attributes: [
    text('userName', { required: true }), text('name', { type: 'complex' }), text('active', { type: 'boolean' }), text('password', { mutability: 'writeOnly', returned: 'never' }), text('title'),
    text('emails', { type: 'complex', multiValued: true }), text('groups', { type: 'complex', multiValued: true, mutability: 'readOnly' }),
  ] },
  { id: PAY, name: 'Pay', attributes: [text('grade', { type: 'integer' }), text('rate', { type: 'decimal' }), text('title'), text('badge', { mutability: 'immutable' })] },
  { id: URNS[2].group, name: 'Group', attributes: [text('displayName', { required: true }), text('members', { type: 'complex', multiValued: true })] },
  { id: 'urn:example:Device', name: 'Device', attributes: [text('name', { required: true }), text('serial', { required: true }), text('tags', { multiValued: true })] },
];

/** Shape of SCIM 1.1 core schema, section 12.3 (http://www.simplecloud.info/specs/draft-scim-core-schema-01.html). */
export const SCHEMAS_11 = [
  { id: 'urn:scim:schemas:core:1.0:User', name: 'User', schema: URNS[1].user, endpoint: '/Users', attributes: [
    { name: 'userName', type: 'string', multiValued: false, schema: URNS[1].user, readOnly: false, required: true }, { name: 'title', type: 'string', multiValued: false, schema: URNS[1].user, readOnly: false, required: false },
    { name: 'shoeSize', type: 'integer', multiValued: false, schema: 'urn:example:extension:1.0', readOnly: false, required: false },
  ] },
];

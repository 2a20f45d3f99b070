export const SCHEMA = String.raw`
return {
  objectClasses: [
    {
      type: icf.ACCOUNT,
      attributes: {
        __NAME__: { type: 'String', required: true },
        __PASSWORD__: { type: 'GuardedString', flags: ['NOT_READABLE', 'NOT_RETURNED_BY_DEFAULT'] },
        __ENABLE__: { type: 'boolean', flags: ['NOT_RETURNED_BY_DEFAULT'] },
        uid: 'String', group: 'String', groups: { type: 'String', flags: ['MULTIVALUED'] }, description: 'String', home: 'String', shell: 'String',
        expireDate: { type: 'String', flags: ['NOT_RETURNED_BY_DEFAULT'] },
      },
    },
    {
      type: icf.GROUP,
      attributes: { __NAME__: { type: 'String', required: true }, gid: 'String', members: { type: 'String', flags: ['MULTIVALUED'] } },
      operations: ['CreateApiOp', 'DeleteApiOp', 'GetApiOp', 'SearchApiOp', 'UpdateApiOp'],
    },
  ],
  options: { attributesToGet: 'String[]' },
};
`;

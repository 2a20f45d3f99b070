import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callName, namedCall } from '../../../../agent/isolation/call-names.js';

it('an operation id and the number of its call come out of the name they were put in', () => {
  fc.assert(fc.property(fc.option(fc.nat(), { nil: undefined }), fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined }), (call, operationId) => {
    expect(namedCall(callName({ call, operationId }))).toEqual({ call, operationId });
  }));
});

it('an id that nobody named is left alone', () => {
  expect(namedCall('abc')).toEqual({ call: undefined, operationId: 'abc' });
  expect(namedCall(undefined)).toEqual({ call: undefined, operationId: undefined });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callName, namedCall } from '../../../../agent/isolation/call-names.js';

it('an operation id, the number of its call and whether it asks come out of the name they were put in', () => {
  fc.assert(fc.property(fc.option(fc.nat(), { nil: undefined }), fc.boolean(), fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined }), (call, asks, operationId) => {
    expect(namedCall(callName({ call, asks, operationId }))).toEqual({ call, asks, operationId });
  }));
});

it('an id that nobody named is left alone', () => {
  expect(namedCall('abc')).toEqual({ call: undefined, asks: false, operationId: 'abc' });
  expect(namedCall(undefined)).toEqual({ call: undefined, asks: false, operationId: undefined });
});

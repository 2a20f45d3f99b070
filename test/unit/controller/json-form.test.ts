import { describe, expect, it } from 'vitest';
import { jsonInForm, naturalJson } from '../../../controller/systems/json-form.js';
import { IcfBigDecimal, IcfBigInteger, IcfDouble, IcfFloat, type IcfValue } from '../../../protocol/model/index.js';

describe('numbers of ICF in JSON', () => {
  it.each<[IcfValue, unknown]>([
    // As Java writes a float: the digits that tell it from its neighbours, not those of its double.
    [new IcfFloat(0.1), 0.1], [new IcfFloat(-3.4e38), -3.4e38], [new IcfFloat(16_777_216), 16_777_216], [new IcfFloat(1.17549435e-38), 1.1754944e-38], [new IcfFloat(NaN), 'NaN'],
    [new IcfDouble(0.1), 0.1], [new IcfDouble(Infinity), 'Infinity'],
    [new IcfBigDecimal(125n, 2), 1.25], [new IcfBigDecimal(-3n, -2), -300], [new IcfBigInteger(2n ** 70n), 2n ** 70n], [2n ** 53n + 1n, 2n ** 53n + 1n], [7n, 7],
  ])('%#', (value, json) => {
    expect(naturalJson(value)).toEqual(json);
  });

  it('a decimal keeps all its digits where the type asks for text', () => {
    expect(jsonInForm('string', new IcfBigDecimal(12345678901234567890n, 5))).toBe('123456789012345.67890');
  });
});

import { describe, expect, it } from 'vitest';
import { authorizationWord } from '../../../../protocol/transport/authorization-header.js';
import { lastMatchedText } from '../../../support/last-match.js';

const encoded = Buffer.from('anonymous:changeit').toString('base64');

describe('what an Authorization header says', () => {
  it.each([
    [`Basic ${encoded}`, 'basic', encoded], [`bAsIc   ${encoded}  `, 'basic', encoded], ['Basic YQ==', 'basic', 'YQ=='], ['Bearer a.b-c_d~e+f/g==', 'bearer', 'a.b-c_d~e+f/g=='],
  ] as const)('%s', (header, scheme, word) => {
    expect(authorizationWord(header, scheme)).toBe(word);
  });

  it.each([
    [undefined, 'basic'], ['', 'basic'], ['Basic', 'basic'], ['Basic ', 'basic'], [`Bearer ${encoded}`, 'basic'], [`Basic ${encoded}`, 'bearer'], [`Basic ${encoded} ${encoded}`, 'basic'],
    ['Basic a_b', 'basic'], ['Basic a.b', 'basic'], ['Basic =', 'basic'], ['Basic YQ=Q', 'basic'], ['Basic YQ===', 'basic'], ['Basic YÄ', 'basic'], [`Basic\t${encoded}`, 'basic'],
    ['Bearer a"b', 'bearer'], ['Bearer a=b', 'bearer'], ['Bearer a,b', 'bearer'], ['Bearer =', 'bearer'], ['Basicx YQ==', 'basic'],
  ] as const)('nothing of use: %s as %s', (header, scheme) => {
    expect(authorizationWord(header, scheme)).toBeUndefined();
  });

  it('is not kept as the text of the last match', () => {
    authorizationWord(`Basic ${encoded}`, 'basic');
    const kept = [lastMatchedText()];
    authorizationWord(`Bearer ${encoded}`, 'bearer');
    kept.push(lastMatchedText());
    expect(kept.filter((text) => text.includes(encoded))).toEqual([]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { soqlLanguage, soqlText } from '../../../connectors/catalog/salesforce/soql.js';
import { SoqlReader, literalText } from './soql-reader.js';

const language = soqlLanguage(new Set(['Id']));
const value = fc.oneof(fc.string({ unit: 'binary' }), fc.array(fc.constantFrom('\'', '\\', '"', '%', '_', '\n', '\r', '\t', ' OR Id != ', '--', 'a', '\u0000', '\u0007', '\\u0027')).map((parts) => parts.join('')));

it('no value gets out of its literal, and each stands for itself', () => {
  fc.assert(fc.property(value, (text) => {
    expect(literalText(soqlText(text), false)).toBe(text);
    for (const kind of ['equals', 'startsWith', 'endsWith', 'contains'] as const) {
      const condition = language.compare(kind, 'Name', text);
      if (condition === undefined) continue;
      const query = new SoqlReader(`SELECT Id FROM User WHERE ${language.and([condition, 'IsActive = true'])} ORDER BY Id`);
      expect(query.matches({ Name: text, IsActive: true })).toBe(true);
      expect(query.matches({ Name: text, IsActive: false })).toBe(false);
      if (kind === 'equals' || kind === 'contains') expect(query.matches({ Name: `other ${text} text`, IsActive: true })).toBe(kind === 'contains');
    }
  }), { numRuns: 1_000 });
});

it('patterns take their characters for themselves', () => {
  expect(language.compare('startsWith', 'Name', 'Ter%_\'')).toBe(String.raw`Name LIKE 'Ter\%\_\'%'`);
  expect(soqlText('Bob\'s BBQ')).toBe(String.raw`'Bob\'s BBQ'`);
});

it('leaves to the facade what is an error there', () => {
  expect(language.compare('equals', 'Id', 'no id')).toBeUndefined();
  expect(language.compare('equals', 'Id', '00530000009hWLcAAM')).toBe('Id = \'00530000009hWLcAAM\'');
  expect(language.compare('greaterThan', 'Name', 'x')).toBeUndefined();
  expect(language.compare('contains', 'Name', 'a\\b')).toBeUndefined();
  expect(language.compare('equals', 'Name', '\ud800')).toBeUndefined();
});

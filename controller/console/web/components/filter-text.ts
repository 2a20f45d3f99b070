/** One test of a filter; `pr` has no value. */
export interface FilterTest { readonly property: string; readonly operator: string; readonly value: string }

export const OPERATORS: readonly (readonly [operator: string, words: string])[] = [
  ['co', 'contains'], ['eq', 'is'], ['sw', 'starts with'], ['pr', 'is present'], ['gt', 'is greater than'], ['ge', 'is at least'], ['lt', 'is less than'], ['le', 'is at most'],
];

/** A quote would end the text, a backslash change it; nothing else means anything in there. */
const quoted = (value: string): string => `"${value.replaceAll(/[\\"]/g, String.raw`\$&`)}"`;

/** A pointer without what would end its token: spaces and brackets are percent-encoded, as pointers may be. */
const pointer = (property: string): string => `/${property.split('/').map(encodeURIComponent).join('/').replaceAll(/[()'!]/g, (character) => `%${character.charCodeAt(0).toString(16)}`)}`;

/** What JSON writes without quotes, and filters with it. */
const LITERAL = /^(?:true|false|-?\d{1,300}(?:\.\d{1,300})?)$/;

/** The text of a filter; `true` without a test: everything. `unquoted`: properties whose numbers and truth values are no texts. */
export function filterText(tests: readonly FilterTest[], joined: 'and' | 'or', unquoted: readonly string[] = []): string {
  const valueText = ({ property, value }: FilterTest): string => (unquoted.includes(property) && LITERAL.test(value) ? value : quoted(value));
  const texts = tests.filter(({ property }) => property !== '').map((test) => (test.operator === 'pr' ? `${pointer(test.property)} pr` : `${pointer(test.property)} ${test.operator} ${valueText(test)}`));
  return texts.length === 0 ? 'true' : texts.join(` ${joined} `);
}

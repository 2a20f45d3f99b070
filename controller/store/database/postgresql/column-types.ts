import pg from 'pg';
import { ARRAY_ELEMENTS, COLUMN_VALUES } from '../column-values.js';

type Parser = (text: string) => unknown;
type Nested = string | null | readonly Nested[];

const TEXT_ARRAY = 1_009;
const driverTypes: { getTypeParser(oid: number, format: 'text'): unknown } = pg.types;
const texts = driverTypes.getTypeParser(TEXT_ARRAY, 'text') as (text: string) => readonly Nested[];

const nested = (values: readonly Nested[], parse: Parser): unknown[] => values.map((value) => (value === null ? null : typeof value === 'string' ? parse(value) : nested(value, parse)));

/** As the embedded database reads columns. */
export const columnTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number): Parser {
    const element = COLUMN_VALUES.get(ARRAY_ELEMENTS.get(oid) ?? -1);
    if (element !== undefined) return (text) => nested(texts(text), element);
    return COLUMN_VALUES.get(oid) ?? ((text) => text);
  },
};

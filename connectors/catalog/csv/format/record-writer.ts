import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Dialect } from './dialect.js';
import { MAX_RECORD_BYTES } from '../limits.js';

/**
 * The bytes of a record, without terminator. As the Java connector does, every value is quoted and an absent one is left
 * empty. A quote is doubled rather than escaped, which every reader understands.
 */
export function encodeRecord(fields: readonly string[], dialect: Dialect): Buffer {
  const { quoteText, escapeText } = dialect;
  const cells = fields.map((field) => {
    if (field === '') return '';
    const escaped = escapeText === undefined ? field : field.replaceAll(escapeText, escapeText + escapeText);
    return quoteText + escaped.replaceAll(quoteText, quoteText + quoteText) + quoteText;
  });
  // A lone empty value would be an empty line, which readers skip.
  const text = cells.length === 1 && cells[0] === '' ? quoteText + quoteText : cells.join(dialect.delimiterText);
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_RECORD_BYTES) {
    throw new ConnectorError('invalidAttributeValue', `The record would be ${bytes.length} bytes long; a record of a CSV file may have ${MAX_RECORD_BYTES}.`);
  }
  return bytes;
}

import { ConnectorError } from '../../../protocol/model/index.js';
import { file, integer, properties, text, type ConfigOf } from '../../framework/properties.js';
import { dialectOf } from './format/dialect.js';

/** The properties of the Java connector 1.5.20.26: names, types, defaults and order are its own. */
export const config = properties({
  headerPassword: text({ default: 'password', help: 'Header of the column with the passwords. Needed for authentication only.' }),
  spaceReplacementString: text({ default: '_', help: 'Text put in place of each blank in a column header to make the attribute name.' }),
  csvFile: file({ required: true, help: 'Full path of the CSV file on the host of the connector.' }),
  newlineString: text({ default: '\n', help: 'Line terminator of the file. With a plain line break, lines ending in CR LF or LF are read alike.' }),
  headerUid: text({ default: 'uid', help: 'Header of the column with the uid of each row, which is also its name.' }),
  quoteCharacter: text({ default: '"', help: 'Character around quoted values. Doubled inside a quoted value it stands for itself.' }),
  escapeCharacter: text({ default: '\\', help: 'Character that makes a quote, a delimiter or itself part of a value. Empty: none.' }),
  fieldDelimiter: text({ default: ',', help: 'Text between fields: one character or several.' }),
  syncFileRetentionCount: integer({ default: 3, help: 'How many historical copies of the file synchronization keeps beside it. At least one is always kept; with 2 or more an interrupted synchronization can be repeated.' }),
});

export type CsvConfig = ConfigOf<typeof config>;

function refuse(message: string): never {
  throw new ConnectorError('configuration', `CSV file connector: ${message}`);
}

/** What the table's types cannot say. No I/O: the file itself is looked at by `test` and by every operation. */
export function validate(given: CsvConfig): void {
  const placeholder = given.csvFile.indexOf('&{');
  if (placeholder >= 0 && given.csvFile.includes('}', placeholder)) refuse(`csvFile is ${given.csvFile}, whose placeholder was not resolved: give the path itself.`);
  if (given.csvFile.includes('\0')) refuse('csvFile must not contain a NUL character.');
  if (given.headerUid.trim() === '') refuse('headerUid is blank: name the column that holds the uid.');
  if (given.headerUid.trim() === given.headerPassword.trim()) refuse(`headerUid and headerPassword are both ${given.headerUid}: they must name two columns.`);
  if (given.syncFileRetentionCount < 0) refuse(`syncFileRetentionCount is ${given.syncFileRetentionCount}: give 0 or more.`);
  dialectOf(given);
}

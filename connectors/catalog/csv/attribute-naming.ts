import { NAME, PASSWORD, UID } from '../../../protocol/model/index.js';
import type { AttributeNaming } from '../../framework/spi.js';
import type { CsvConfig } from './config.js';

/** The columns that stand behind ICF names; a header is known as it is and with its blanks replaced. */
export function attributeNaming({ headerUid, headerPassword, spaceReplacementString }: CsvConfig): AttributeNaming {
  const spelled = (header: string): readonly string[] => [...new Set([header.trim(), header.trim().replaceAll(' ', spaceReplacementString)])].filter((name) => name !== '');
  const mapped = (icf: string, header: string): (readonly [string, string])[] => spelled(header).map((name) => [icf, name]);
  return {
    same: [[PASSWORD, 'password']],
    // Another delimiter makes one column of several, with a name nobody has thought of.
    dependsOn: ['fieldDelimiter', 'quoteCharacter', 'escapeCharacter', 'newlineString', 'spaceReplacementString'],
    mapped: [...mapped(UID, headerUid), ...mapped(NAME, headerUid), ...mapped(PASSWORD, headerPassword)],
  };
}

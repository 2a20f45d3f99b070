import { importJavaProperties, type ImportedConfig } from '../../agent/config/import-properties.js';
import { problem, warning, type Finding } from './finding.js';

const BYTE_ORDER_MARK = Buffer.from('\ufeff').toString('latin1');

/** What the import makes of a `ConnectorServer.properties`, or why it makes nothing of it. */
export function importProperties(text: string): { readonly imported?: ImportedConfig; readonly findings: readonly Finding[] } {
  const isMarked = text.startsWith(BYTE_ORDER_MARK);
  const marked = isMarked ? [warning('', 'begins with a byte order mark; Java takes it for a part of the first name')] : [];
  try {
    const imported = importJavaProperties(isMarked ? text.slice(BYTE_ORDER_MARK.length) : text);
    const ours = imported.notes.filter(({ property }) => property.startsWith('connectorserver.') || property.startsWith('javax.'));
    if (ours.length === 0) return { findings: [...marked, problem('', 'holds no property of a connector server (connectorserver.…)')] };
    const refused = imported.notes.filter(({ outcome }) => outcome === 'refused').map(({ property, text: why }) => problem(property, why));
    return { imported, findings: [...marked, ...refused] };
  } catch (error) {
    if (error instanceof SyntaxError) return { findings: [...marked, problem('', error.message)] };
    throw error;
  }
}

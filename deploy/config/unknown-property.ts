import { closestWord } from '../../agent/config/closest-word.js';
import type { ConnectorInfo } from '../../protocol/model/index.js';

/** What to say of a property the connector does not have. IDM and this controller ignore it, which is seldom meant. */
export function unknownPropertyText(name: string, info: ConnectorInfo, known: readonly string[]): string {
  const meant = closestWord(name, known);
  const connector = info.key.connectorName.slice(info.key.connectorName.lastIndexOf('.') + 1);
  return `is no property of ${connector} and is ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

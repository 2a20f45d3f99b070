import { ACCOUNT, ConnectorError } from '../../../protocol/model/index.js';

/** Principals are all there is. */
export function checkObjectClass(objectClass: string): void {
  if (objectClass !== ACCOUNT) throw new ConnectorError('unsupportedOperation', `The Kerberos connector has ${ACCOUNT} only, not ${objectClass}.`, { outcome: 'notApplied' });
}

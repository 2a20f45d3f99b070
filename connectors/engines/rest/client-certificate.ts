import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import { usableKeyStore, type ClientCertificate } from '../../framework/key-store.js';
import { OWN_PROPERTIES } from '../../framework/own-properties.js';
import { file, guarded, properties, text } from '../../framework/properties.js';

/** A client certificate as the Java connectors name it, and the file it is in: those have the key store of their process. */
export const clientCertificateProperties = properties({
  clientCertAlias: text({ help: 'Alias of the client certificate to present. The file it is in stands in clientCertificateFile.' }),
  clientCertPassword: guarded({ help: 'Password of the file with the client certificate and its key.' }),
});

/** Ours alone, at the end of a table. */
export const clientCertificateFile = properties({
  clientCertificateFile: file({ group: OWN_PROPERTIES, displayName: 'Client certificate file', help: 'File with the client certificate and its key, and with no other key: PKCS#12 or PEM.' }),
});

export interface CertificateConfiguration {
  readonly clientCertAlias?: string | null;
  readonly clientCertPassword?: GuardedString | null;
  readonly clientCertificateFile?: string | null;
}

const given = (text: string | null | undefined): string | null => (typeof text === 'string' && text.trim() !== '' ? text.trim() : null);

/** Throws `configuration`. No I/O. */
export function checkCertificate(config: CertificateConfiguration): void {
  if (given(config.clientCertAlias) === null || given(config.clientCertificateFile) !== null) return;
  throw new ConnectorError('configuration', 'clientCertAlias names a certificate, but not where it is: set clientCertificateFile to the PKCS#12 file. (The Java connector takes the key store of its process.)');
}

/** The certificate to present; undefined without a file. Rejects with `configuration`, saying what to change. */
export async function configuredCertificate(config: CertificateConfiguration): Promise<ClientCertificate | undefined> {
  const path = given(config.clientCertificateFile);
  if (path === null) return undefined;
  return usableKeyStore({
    path, alias: given(config.clientCertAlias), password: config.clientCertPassword ?? null, properties: { path: 'clientCertificateFile', password: 'clientCertPassword' },
  });
}

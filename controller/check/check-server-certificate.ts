import type { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { certificatesOf } from '../../certs/trust-bundle.js';
import { ServerFileError, serverTls, type ServerFiles } from '../tls-files.js';
import { checkValidity, nameOf } from './check-validity.js';
import { failed, lookAtFile, ok, unusable, warning, type CheckResult } from './check-result.js';

const SERVER_USAGE = '1.3.6.1.5.5.7.3.1';

/** Certificate and key of a listener as they stand in `section` (`gateway.tls`): what TLS makes of them, and what clients would. */
export async function checkServerFiles(section: string, files: ServerFiles, now: number): Promise<CheckResult[]> {
  const certificate = { setting: `${section}.certificate`, file: files.certificate };
  const key = { setting: `${section}.key`, file: files.key };
  const unreadable = (await Promise.all([certificate, key].map(({ setting, file }) => lookAtFile(setting, file)))).filter((result) => result !== undefined);
  if (unreadable.some(({ setting }) => setting === certificate.setting)) return unreadable;
  const results = [...unreadable];
  if (unreadable.length === 0) {
    try {
      await serverTls(files, 'TLSv1.2');
    } catch (error) {
      const part = error instanceof ServerFileError ? error.part : 'certificate';
      results.push(unusable(part === 'key' ? key : certificate, error));
      if (part === 'certificate') return results;
    }
  }
  return [...results, ...await inspect(certificate, now)];
}

async function inspect(subject: { readonly setting: string; readonly file: string }, now: number): Promise<CheckResult[]> {
  let chain: X509Certificate[];
  try {
    chain = certificatesOf(await readFile(subject.file, 'utf8'));
  } catch (error) {
    return [unusable(subject, error)];
  }
  const [own] = chain;
  if (own === undefined) return [failed(subject, 'holds no certificate in PEM ("-----BEGIN CERTIFICATE-----"). Put the certificate there, its chain after it.')];
  const results = chain.flatMap((certificate, index) => checkValidity(subject, certificate, { now, what: index === 0 ? 'the certificate' : `certificate ${index + 1} of the file` }));
  const usages = own.keyUsage as readonly string[] | undefined;
  if (usages !== undefined && !usages.includes(SERVER_USAGE)) results.push(failed(subject, `${nameOf(own)} is not for server authentication, so clients refuse it. Have a certificate for a server issued (causeway certs issue-controller).`));
  const broken = chain.findIndex((each, index) => index > 0 && chain[index - 1]?.checkIssued(each) !== true);
  if (broken > 0) results.push(warning(subject, `certificate ${broken + 1} of the file (${nameOf(chain[broken])}) did not sign the one before it, so clients may find no way up to its authority. Order the file: the server's certificate first, then each authority that signed the one before.`));
  return results.some(({ outcome }) => outcome !== 'ok') ? results.filter(({ outcome }) => outcome !== 'ok') : [ok(subject, `${nameOf(own)}: ${results[0]?.text ?? ''}`)];
}

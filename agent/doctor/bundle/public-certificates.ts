import { readFile } from 'node:fs/promises';
import { certificatesOf } from '../../../certs/trust-bundle.js';
import type { AgentConfig } from '../../config/agent-config.js';
import { nameText } from '../look-at-tls.js';
import type { ShownIdentity } from '../shown-identity.js';

/** What is public of the certificates the agent uses and trusts. */
export async function publicCertificates(config: AgentConfig, identity: ShownIdentity | undefined): Promise<{ readonly pem: string; readonly list: readonly object[] }> {
  const files: [string, string | undefined][] = [
    ['tls.ca', config.tls?.ca], ['tls.certificate', config.tls?.certificate], ['connectors.ca', config.connectors.ca],
    ...config.controllers.flatMap(({ tls }, index): [string, string | undefined][] => [[`controllers[${index}].tls.ca`, tls?.ca], [`controllers[${index}].tls.certificate`, tls?.certificate]]),
  ];
  const texts: [string, string][] = [];
  for (const [setting, path] of files) {
    const text = path === undefined ? undefined : await readFile(path, 'latin1').catch(() => undefined);
    if (text !== undefined) texts.push([setting, text]);
  }
  if (identity !== undefined) texts.push(['identity', identity.certificate], ['identity.trust', identity.trust ?? '']);
  const all = texts.flatMap(([setting, text]) => readable(text).map((certificate) => ({ setting, certificate })));
  return {
    pem: all.map(({ setting, certificate }) => `# ${setting}: ${nameText(certificate.subject)}\n${certificate.toString()}`).join(''),
    list: all.map(({ setting, certificate: { subject, issuer, serialNumber, validFrom, validTo, fingerprint256, subjectAltName = '' } }) => ({
      setting, subject: nameText(subject), issuer: nameText(issuer), serialNumber, notBefore: new Date(validFrom).toISOString(), notAfter: new Date(validTo).toISOString(), sha256: fingerprint256, names: subjectAltName,
    })),
  };
}

function readable(text: string): ReturnType<typeof certificatesOf> {
  try {
    return certificatesOf(text);
  } catch {
    return [];
  }
}

import { ConnectorError, type GuardedString } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';

type Encoder = (clear: string) => string | Uint8Array;

/** As the server is to hash it. */
const asGiven: Encoder = (clear) => clear;
/** Active Directory's unicodePwd (MS-ADTS 3.1.1.3.1.5): in double quotes, UTF-16LE. */
const unicodePwd: Encoder = (clear) => new Uint8Array(Buffer.from(`"${clear}"`, 'utf16le'));

/** By passwordHashAlgorithm, upper case. */
const ENCODERS: ReadonlyMap<string, Encoder> = new Map([['', asGiven], ['NONE', asGiven], ['WIN-AD', unicodePwd]]);

export function isUnicodePwd(config: LdapConfig): boolean {
  return config.passwordAttribute.toLowerCase() === 'unicodepwd';
}

/** Active Directory refuses passwords in clear text, after they have travelled: they are not sent. */
function requireSecureConnection({ ssl, startTLS }: LdapConfig): void {
  if (ssl || startTLS) return;
  throw new ConnectorError('connectorSecurity', 'A password of Active Directory (unicodePwd) is set over a secure connection only, and was not sent. Set ssl with port 636, or startTLS.', { outcome: 'notApplied' });
}

function encoderFor(config: LdapConfig): Encoder {
  // unicodePwd takes nothing else, so the provisioner files for Active Directory need not set the algorithm.
  if (isUnicodePwd(config)) {
    requireSecureConnection(config);
    return unicodePwd;
  }
  const algorithm = (config.passwordHashAlgorithm ?? '').trim().toUpperCase();
  const encoder = ENCODERS.get(algorithm);
  if (encoder === undefined) throw new ConnectorError('configuration', `passwordHashAlgorithm ${algorithm} is not supported: leave it empty (the server hashes passwords) or set WIN-AD (Active Directory).`);
  return encoder;
}

/** The password as it goes into passwordAttribute. */
export function encodePassword(config: LdapConfig, password: GuardedString): string | Uint8Array {
  return encoderFor(config)(password.reveal());
}

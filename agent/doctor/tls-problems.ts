import { Faults, type Fault } from './finding.js';

const TEXTS = {
  'tls-no-answer': { outcome: 'failed', why: 'The connection was made, and nobody speaks on it.', advice: 'Check that the port is the one the other end listens on with TLS; a load balancer without a server behind it looks like this, too.' },
  'tls-not-tls': { outcome: 'failed', why: 'What answers does not speak TLS.', advice: 'Check the port. If the other end really has no TLS on it, use the URL scheme without (ws:), on a trusted network only.' },
  'tls-version': {
    outcome: 'failed', why: 'The two ends have no TLS version in common.',
    advice: 'Update the other end to TLS 1.3; for a Java peer that knows no better, set tls.minVersion: TLSv1.2.',
  },
  'tls-unknown-authority': {
    outcome: 'failed', why: 'The certificate is signed by an authority that is not trusted here.',
    advice: 'Put the certificate of that authority into tls.ca, if it is the one the other end should have. If it is not known to you, something in between may replace certificates: ask the network team.',
  },
  'tls-inspected': {
    outcome: 'failed', why: 'Something in between replaces certificates: it reads the connection (TLS inspection).',
    advice: 'Ask the network team to exempt this host from TLS inspection: the agent shows a client certificate, which no such device can pass on.',
  },
  'tls-chain-incomplete': { outcome: 'failed', why: 'The other end does not send every certificate between its own and the authority.', advice: 'Have the intermediate certificates added to the certificate file of the other end.' },
  'tls-name-mismatch': {
    outcome: 'failed', why: 'The certificate is for other names than the one that is dialled.',
    advice: 'Use a name the certificate holds, set tls.serverName to one, or have a certificate issued that holds this name.',
  },
  'tls-expired': { outcome: 'failed', why: 'The certificate of the other end has expired.', advice: 'Have it renewed there. If its end is in the future by your own watch, the clock of this machine is wrong.' },
  'tls-not-yet-valid': { outcome: 'failed', why: 'The certificate of the other end is not valid yet.', advice: 'Check the clock of this machine, and that of the machine that issued the certificate.' },
  'tls-wrong-usage': { outcome: 'failed', why: 'The certificate of the other end is not meant for a server.', advice: 'Have a certificate for server authentication issued (causeway certs issue-controller).' },
  'tls-revoked': { outcome: 'failed', why: 'The certificate of the other end is revoked.', advice: 'Have a new one issued there.' },
  'tls-untrusted': { outcome: 'failed', why: 'The certificate of the other end is not trusted.', advice: 'Look at its certificate (causeway certs show), and compare with tls.ca.' },
  'tls-failed': { outcome: 'failed', why: 'The TLS handshake failed.', advice: 'Look into the log of the other end for a connection from this machine at this time.' },
} as const;

export type TlsProblem = keyof typeof TEXTS;

export const tlsFaults = new Faults('tls', {
  ...TEXTS,
  'tls-files-unusable': { outcome: 'failed', why: 'The files of the configuration give no TLS connection: certificate, key or authorities.', advice: 'See what is said of the certificate; then check the paths in tls.' },
  'tls-client-certificate-wanted': {
    outcome: 'failed', why: 'The controller wants a client certificate, and this agent has none to show.',
    advice: 'Enrol this agent (causeway agent enroll), or set tls.certificate and tls.key.',
  },
  'tls-client-certificate-refused': {
    outcome: 'failed', why: 'The controller does not accept the certificate of this agent.',
    advice: 'Check above whether it is valid and for client authentication, and that the controller trusts its authority (gateway.tls.ca); the log of the controller names the reason. Enrolling again gives a new one: causeway agent enroll --replace.',
  },
});

/** A system has its own settings, and shows no identity of the agent. */
const SYSTEM_ADVICE: Partial<Readonly<Record<TlsProblem, string>>> = {
  'tls-not-tls': 'Check port and ssl settings of the system\'s configuration: it asks for TLS where the target has none.',
  'tls-version': 'Update the target: connectors need TLS 1.2 at least.',
  'tls-unknown-authority': 'Put the certificate of the target\'s authority into a file and name that in connectors.ca of the agent.',
  'tls-name-mismatch': 'Use a host name the certificate holds in the system\'s configuration, or have a certificate with this name issued for the target.',
  'tls-untrusted': 'Look at the target\'s certificate, and compare with connectors.ca.',
  'tls-wrong-usage': 'Have a certificate for server authentication issued for the target.',
  'tls-inspected': 'Ask the network team to exempt the target from TLS inspection.',
};

const systemTexts = Object.fromEntries(Object.entries<Fault>(TEXTS).map(([id, fault]) => [`system-${id}`, { ...fault, advice: SYSTEM_ADVICE[id as TlsProblem] ?? fault.advice }]));

export const systemTlsFaults = new Faults('system-tls', systemTexts as Readonly<Record<`system-${TlsProblem}`, Fault>>);

/** By OpenSSL's and Node's names. */
const BY_CODE: Readonly<Record<string, TlsProblem>> = {
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-unknown-authority', DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-unknown-authority', UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-unknown-authority', CERT_SIGNATURE_FAILURE: 'tls-unknown-authority', CERT_UNTRUSTED: 'tls-unknown-authority', UNABLE_TO_GET_ISSUER_CERT: 'tls-chain-incomplete',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name-mismatch', CERT_HAS_EXPIRED: 'tls-expired', CERT_NOT_YET_VALID: 'tls-not-yet-valid', INVALID_PURPOSE: 'tls-wrong-usage', CERT_REVOKED: 'tls-revoked',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-not-tls', ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-not-tls', ERR_SSL_UNEXPECTED_MESSAGE: 'tls-not-tls', ERR_SSL_HTTP_REQUEST: 'tls-not-tls',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'tls-version', ERR_SSL_UNSUPPORTED_PROTOCOL: 'tls-version',
};

/** Whether the code says that the other end looks at what we show. */
export function isClientCertificateAlert(code: string): boolean {
  return /^ERR_SSL_\w*ALERT_(BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)$/.test(code);
}

/** Names a failed handshake, or what is wrong with a certificate. */
export function tlsProblem(code: string, isCertificate: boolean): TlsProblem {
  return BY_CODE[code] ?? (isCertificate ? 'tls-untrusted' : 'tls-failed');
}

import { CertificateError } from '../../../certs/certificate-error.js';
import { checkCertificateRequest } from '../../../certs/enrolment/certificate-request.js';
import { readCertificateAnswer, readEnrolRequest, readRefusal, readRenewRequest, readTrustAnswer } from '../../../certs/enrolment/messages.js';
import { makeEnrolmentToken, parseEnrolmentToken } from '../../../certs/enrolment/token.js';
import { bytesOf, check, refusable, refusableLater, text, type FuzzTarget } from '../engine/target.js';

const TOKEN = makeEnrolmentToken({ url: 'https://controller.example:8443/', fingerprint: 'ab'.repeat(32) });
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
const REQUEST = `-----BEGIN CERTIFICATE REQUEST-----
MIHOMHYCAQAwFDESMBAGA1UEAwwJYWdlbnQtb25lMFkwEwYHKoZIzj0CAQYIKoZI
zj0DAQcDQgAEZ2V0IHNldCBub3cgZ2V0IHNldCBub3cgZ2V0IHNldCBub3cgZ2V0
-----END CERTIFICATE REQUEST-----
`;

/** Tokens and messages of the enrolment are refused with a CertificateError or read; no message shows a secret. */
export const target: FuzzTarget = {
  name: 'enrolment',
  seeds: () => [
    TOKEN.text(), ` ${TOKEN.text()}\n`, JSON.stringify({ id: 'abcdefgh', secret: 's', csr: REQUEST, hostId: 'h' }), REQUEST,
    JSON.stringify({ agent: 'a', group: 'g', certificate: PEM, trust: PEM, revision: '1', renewAfter: '2026-11-22T06:00:00Z' }), JSON.stringify({ error: 'unknown_token', message: 'no\u001b[2J' }),
  ].map(bytesOf),
  words: ['cwe1.', 'https://', '"csr":', '"secret":', '-----BEGIN CERTIFICATE REQUEST-----', '-----END CERTIFICATE REQUEST-----', '2026-13-41T', '__proto__'],
  async run(input) {
    const given = text(input);
    const token = refusable(() => parseEnrolmentToken(given), CertificateError);
    if (token !== undefined) {
      check(parseEnrolmentToken(token.text()).text() === token.text(), 'another token after it was written and read');
      check(token.url.startsWith('https://') && !`${token.toString()}${JSON.stringify(token)}`.includes(token.revealSecret()), 'a token that shows its secret, or leads elsewhere than to https');
    }
    if (given.includes('CERTIFICATE REQUEST')) await refusableLater(() => checkCertificateRequest(given), CertificateError);
    const body = refusable((): { readonly value: unknown } => ({ value: JSON.parse(given) as unknown }), SyntaxError);
    if (body === undefined) return;
    for (const read of [readEnrolRequest, readRenewRequest, readCertificateAnswer, readTrustAnswer]) refusable(() => read(body.value), CertificateError);
    const refusal = readRefusal(body.value);
    check(refusal === undefined || !/[\p{Cc}\p{Cf}]/u.test(refusal.error + refusal.message), 'a refusal with control characters');
  },
};

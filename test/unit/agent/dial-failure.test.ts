import { describe, expect, it } from 'vitest';
import { DialError } from '../../../agent/session/failure-policy.js';
import { blamesCertificate, explainDialError, explainStatus } from '../../../agent/transport/dial-failure.js';

const WHERE = 'wss://cloud.example/openicf';
const withCode = (code: string, message = 'raw text'): Error => Object.assign(new Error(message), { code });

describe('why a dial failed', () => {
  it.each([
    ['ENOTFOUND', 'normal', /cannot be resolved/], ['ECONNREFUSED', 'normal', /nothing listens/], ['ERR_TLS_CERT_ALTNAME_INVALID', 'slow', /another host name/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'slow', /wants a client certificate/], ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED', 'long', /is revoked.*causeway agent enroll --replace/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', 'slow', /this agent's certificate has expired/], ['CERT_HAS_EXPIRED', 'slow', /controller's certificate has expired/],
    ['EUNHEARDOF', 'normal', /raw text/],
  ] as const)('%s is tried again at %s pace', (code, pace, text) => {
    const error = explainDialError(withCode(code), WHERE);
    expect(error.pace).toBe(pace);
    expect(error.message).toMatch(text);
    expect(error.message).toContain(WHERE);
    expect(error.message).toContain(code);
  });

  it('finds OpenSSL\'s reason inside a write error', () => {
    const error = explainDialError(withCode('EPROTO', 'write EPROTO 80:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert certificate revoked:../x.c:1:\n'), WHERE);
    expect(error.pace).toBe('long');
  });

  it('explains the first address when every address of a host failed', () => {
    expect(explainDialError(new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')], ''), WHERE).message).toMatch(/nothing listens/);
  });

  it('leaves an explanation alone', () => {
    const error = new DialError('x', { pace: 'slow' });
    expect(explainDialError(error, WHERE)).toBe(error);
  });

  it.each([[401, 'slow'], [403, 'slow'], [404, 'slow'], [407, 'slow'], [429, 'slow'], [301, 'slow'], [500, 'normal'], [502, 'normal']] as const)('HTTP %i is tried again at %s pace', (status, pace) => {
    const error = explainStatus({ status, who: 'the controller' }, WHERE);
    expect(error.pace).toBe(pace);
    expect(error.message).toContain(String(status));
    expect(error.status).toBe(status);
  });

  it('a 403 that says "revoked" is tried again rarely, with what to do; its words are shown on one bounded line', () => {
    const error = explainStatus({ status: 403, who: 'the controller', detail: `the certificate\r\nis revoked${'x'.repeat(9999)}` }, WHERE);
    expect(error.pace).toBe('slow'); // "revokedxxx" is another word
    const revoked = explainStatus({ status: 403, who: 'the controller', detail: 'agent site-1: the certificate\r\nis revoked' }, WHERE);
    expect(revoked.pace).toBe('long');
    expect(revoked.message).toMatch(/has revoked this agent: agent site-1: the certificate is revoked \(HTTP 403\).*enroll --replace/);
    expect(error.message.length).toBeLessThan(500);
  });

  it('keeps away as long as the other end asks', () => {
    expect(explainStatus({ status: 503, who: 'the controller', waitAtLeast: 90_000 }, WHERE).waitAtLeast).toBe(90_000);
  });

  it.each<[string, unknown, boolean]>([
    ['a reset', explainDialError(withCode('ECONNRESET'), WHERE), true],
    ['an alert about our certificate', explainDialError(withCode('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'), WHERE), true],
    ['403 at the upgrade', explainStatus({ status: 403, who: 'the controller' }, WHERE), true],
    ['a name that cannot be resolved', explainDialError(withCode('ENOTFOUND'), WHERE), false],
    ['nobody listening', explainDialError(withCode('ECONNREFUSED'), WHERE), false],
    ['503 at the upgrade', explainStatus({ status: 503, who: 'the controller' }, WHERE), false],
    ["the other end's own certificate", explainDialError(withCode('CERT_HAS_EXPIRED'), WHERE), false],
  ])('another certificate of ours may fare better after %s: %#', (_what, error, expected) => {
    expect(blamesCertificate(error)).toBe(expected);
  });
});

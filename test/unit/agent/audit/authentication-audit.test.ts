import { describe, expect, it } from 'vitest';
import { AuthenticationAudit } from '../../../../agent/audit/authentication-audit.js';
import { FakeClock } from '../../../support/fake-clock.js';
import { KeptAudit } from '../../../support/kept-audit.js';

describe('authentication at a listener', () => {
  it('is told once for an address, and how often again a minute later', async () => {
    const audit = new KeptAudit();
    const clock = new FakeClock();
    const authentication = new AuthenticationAudit(audit, clock);
    for (let n = 0; n < 1000; n++) authentication.note({ outcome: 'refused', address: '192.0.2.1', port: 8759, reason: 'wrong connector server key' });
    authentication.note({ outcome: 'ok', address: '192.0.2.1', port: 8759, principal: 'idm' });
    expect(audit.events).toEqual([
      { kind: 'controller-authentication', outcome: 'refused', principal: undefined, detail: { address: '192.0.2.1', port: 8759, reason: 'wrong connector server key', repeated: undefined } },
      { kind: 'controller-authentication', outcome: 'ok', principal: 'idm', detail: { address: '192.0.2.1', port: 8759, reason: undefined, repeated: undefined } },
    ]);
    authentication.flush();
    expect(audit.events).toHaveLength(2);
    await clock.advance(60_000);
    authentication.flush();
    expect(audit.events.slice(2).map(({ detail }) => detail)).toEqual([expect.objectContaining({ address: '192.0.2.1', repeated: 999 })]);
  });

  it('of more addresses than can be remembered is counted together: neither memory nor disk fills', async () => {
    const audit = new KeptAudit();
    const clock = new FakeClock();
    const authentication = new AuthenticationAudit(audit, clock);
    for (let n = 0; n < 50_000; n++) authentication.note({ outcome: 'refused', address: `10.0.${n >> 8}.${n & 255}`, port: 8759, reason: 'wrong connector server key' });
    expect(audit.events).toHaveLength(1001);
    await clock.advance(60_000);
    authentication.flush();
    expect(audit.events.slice(1001).map(({ detail }) => detail)).toEqual([expect.objectContaining({ address: 'others', repeated: 48_999 })]);
  });
});

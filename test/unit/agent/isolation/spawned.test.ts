import { describe, expect, it } from 'vitest';
import { budgetOf, checkIsolated } from '../../../../agent/isolation/budgets.js';
import { isolationSettings, type IsolationConfig } from '../../../../agent/config/isolation-settings.js';
import { fromProcess } from '../../../../agent/isolation/control-messages.js';
import { environmentOf, nodeFlags } from '../../../../agent/isolation/spawn-process.js';

const MIB = 1024 ** 2;
const read = (value: object): IsolationConfig => isolationSettings().parse(value);

describe('what a connector process is started with', () => {
  it('of the environment: what is listed, and what the settings name', () => {
    const own = { PATH: '/bin', TZ: 'Asia/Tokyo', CAUSEWAY_SECRET_LDAP: 'x', CONTROLLER_PASSWORD: 'y', NODE_OPTIONS: '--inspect', KRB5_CONFIG: '/etc/krb5.conf', HTTPS_PROXY: 'http://u:p@proxy' };
    expect(environmentOf([], own)).toEqual({ PATH: '/bin', TZ: 'Asia/Tokyo' });
    expect(environmentOf(['KRB5_CONFIG', 'NOT_SET'], own)).toEqual({ PATH: '/bin', TZ: 'Asia/Tokyo', KRB5_CONFIG: '/etc/krb5.conf' });
  });

  it('a heap that fits into the budget, and of the flags of the agent those that decide about TLS', () => {
    const flags = nodeFlags(512 * MIB, ['--use-openssl-ca', '--inspect=0.0.0.0:9229', '--max-old-space-size=8000', '--tls-min-v1.3', '--require=x.js', '--heapsnapshot-signal=SIGUSR2']);
    expect(flags).toEqual(['--use-openssl-ca', '--tls-min-v1.3', '--max-old-space-size=432', '--max-semi-space-size=4']);
    expect(nodeFlags(128 * MIB, [])).toContain('--max-old-space-size=48');
    expect(nodeFlags(4096 * MIB, [])).toContain('--max-old-space-size=3481');
  });
});

describe('the settings', () => {
  it('isolate what is named, each with its own budgets or the common ones', () => {
    const settings = read({ connectors: { ldap: {}, csv: { memory: '256MiB', perSystem: true } }, hangTime: '5s' });
    expect(budgetOf(settings, 'ldap')).toEqual({ memory: 512 * MIB, hangTime: 5_000, cancelGrace: 30_000, perSystem: false, environment: [] });
    expect(budgetOf(settings, 'csv')).toMatchObject({ memory: 256 * MIB, hangTime: 5_000, perSystem: true });
    expect(budgetOf(settings, 'sql')).toBeUndefined();
    expect(budgetOf(settings, 'constructor')).toBeUndefined();
    expect(budgetOf(read({ all: true }), 'sql')).toMatchObject({ memory: 512 * MIB });
  });

  it('refuse a section that isolates nothing, budgets too small, and connectors there are not', () => {
    expect(() => read({})).toThrow('name connectors under connectors, or say all: true');
    expect(() => read({ connectors: { ldap: { memory: '64MiB' } } })).toThrow();
    expect(() => { checkIsolated(read({ connectors: { lddap: {} } }), ['csv', 'ldap']); }).toThrow('this agent offers no connector "lddap"; did you mean ldap?');
  });
});

describe('what a process says', () => {
  it.each([[null], ['ready'], [{}], [{ kind: 'start' }], [{ kind: 'constructor' }], [{ kind: 'permit', ask: 1, handle: 1, target: { host: 'a' } }], [{ kind: 'log', level: 'fatal', fields: {}, message: '' }], [{ kind: 'disposed', handle: '1' }],
    [{ kind: 'spans', handle: 1, call: 1, spans: {}, leftOut: 0, over: true }], [{ kind: 'spans', handle: 1, call: '1', spans: [], leftOut: 0, over: true }], [{ kind: 'spans', handle: 1, call: 1, spans: [], leftOut: 1e300, over: true }],
    [{ kind: 'spans', handle: 1, call: 1, spans: [], leftOut: 0 }], [{ kind: 'waits', handle: 1, wait: 1, cause: 'because' }], [{ kind: 'waited', handle: 1 }]])('%j makes no sense', (message) => {
    expect(() => fromProcess(message)).toThrow('makes no sense');
  });

  it('is taken where it does', () => {
    const message = { kind: 'permit', ask: 1, handle: 2, target: { path: '/srv' } };
    expect(fromProcess(message)).toEqual(message);
  });
});

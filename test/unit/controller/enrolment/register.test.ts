import { appendFile, mkdtemp, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EnrolmentToken } from '../../../../certs/enrolment/token.js';
import { CertificateRegister, type NewCertificate } from '../../../../controller/enrolment/certificate-register.js';
import { RegisterState } from '../../../../controller/enrolment/register-state.js';

const HOUR = 3_600_000;
let folder: string;
let now: number;
let register: CertificateRegister;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'causeway-register-'));
  now = 1_800_000_000_000;
  register = await open();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (): Promise<CertificateRegister> => CertificateRegister.open(folder, () => now);
const file = (): string => join(folder, 'enrolment', 'register.jsonl');
const grouped = (agent: string, group: string): Promise<EnrolmentToken> => register.createToken({ agent, group, life: HOUR, url: 'https://cloud.example', fingerprint: 'ab'.repeat(32), others: 'kept' });
const token = (agent: string, others?: 'kept' | 'replaced', into = register): Promise<EnrolmentToken> =>
  into.createToken({ agent, life: HOUR, url: 'https://cloud.example', fingerprint: 'ab'.repeat(32), others });
let count = 0;
/** A certificate as the authority would make it; `key` names its key. */
function certificate(key: string): NewCertificate {
  count += 1;
  const hex = count.toString(16).padStart(64, '0');
  return { fingerprint: hex, serial: `A${count.toString(16).toUpperCase()}`, issuer: 'cd'.repeat(32), keyHash: Buffer.from(key).toString('hex').padEnd(64, '0'), notAfter: now + 30 * 24 * HOUR, pem: 'PEM', given: 'r1' };
}
async function enrolled(agent: string, others?: 'kept' | 'replaced'): Promise<string> {
  const exchange = await register.redeem((await token(agent, others)).id, certificate(`${agent}-${count}`), undefined);
  if (!('record' in exchange)) throw new Error(exchange.outcome);
  return exchange.record.fingerprint;
}
async function renewed(from: string, key = `key-${count}`): Promise<string> {
  const exchange = await register.renew(from, certificate(key));
  if (!('record' in exchange)) throw new Error(exchange.outcome);
  return exchange.record.fingerprint;
}
const why = (fingerprint: string, of = register): string | undefined => {
  const record = of.state.certificates.get(fingerprint);
  return record === undefined ? 'unknown' : of.whyRefused(record);
};

describe('a crash', () => {
  it('in the middle of a write loses that write and nothing else; the token is as good as before', async () => {
    const made = await token('site1');
    const before = (await stat(file())).size;
    await register.redeem(made.id, certificate('k1'), undefined);
    const after = (await stat(file())).size;
    for (const size of [before + 1, Math.floor((before + after) / 2), after - 1]) {
      const whole = await readFile(file());
      await truncate(file(), size);
      const restarted = await open();
      expect(restarted.state.certificates.size).toBe(0);
      const again = await restarted.redeem(made.id, certificate('k1'), undefined);
      expect(again.outcome).toBe('issued');
      expect((await open()).state.certificates.size).toBe(1);
      await writeFile(file(), whole.subarray(0, after));
    }
  });

  it('between signing and storing leaves a certificate nobody has; the token is as good as before', async () => {
    const made = await token('site1');
    certificate('k1'); // signed, and then the process died
    expect((await (await open()).redeem(made.id, certificate('k1'), undefined)).outcome).toBe('issued');
  });

  it('that damaged what was written before stops everything: who is revoked would not be known', async () => {
    await enrolled('site1');
    await register.revokeAgent('site1');
    const text = await readFile(file(), 'utf8');
    await writeFile(file(), text.replace('"kind":"revoked-agent"', '"kind":"revoked-agenX"'));
    await expect(open()).rejects.toThrow(/is damaged at line 3/);
  });

  it('that took the file while the controller runs changes nothing it knows', async () => {
    const fingerprint = await enrolled('site1');
    await register.revokeAgent('site1');
    await rename(file(), `${file()}.away`);
    await expect(register.refresh()).rejects.toThrow(/is gone/);
    await expect(token('other')).rejects.toThrow(/is gone/);
    expect(why(fingerprint)).toBe('it is revoked');
  });
});

describe('two processes', () => {
  it('see one another: a token made beside the controller, a revocation, a token that can be used once', async () => {
    const beside = await open();
    const made = await token('site1', undefined, beside);
    expect(await register.findToken(made.id, made.revealSecret())).toBeDefined();
    const [first, second] = await Promise.all([register.redeem(made.id, certificate('a'), undefined), beside.redeem(made.id, certificate('b'), undefined)]);
    expect([first.outcome, second.outcome].sort()).toEqual(['issued', 'stolen']);
    await beside.revokeAgent('site1');
    expect(await register.refresh()).toBe(true);
    expect(await register.refresh()).toBe(false);
    expect([...register.state.certificates.values()].map((record) => register.whyRefused(record))).toEqual(['it is revoked']);
  });

  it('what one of them is told while it changes something itself is news all the same, the first line of all included', async () => {
    const beside = await open();
    const before = beside.version;
    await token('first');
    await beside.refresh();
    const first = beside.version;
    expect(first).not.toBe(before);
    await register.revokeAgent('first');
    await token('other', undefined, beside);
    expect(beside.version).toBeGreaterThan(first + 1);
    expect(beside.state.revokedAgents.has('first')).toBe(true);
  });

  it('writing at once lose nothing', async () => {
    const others = await Promise.all([open(), open(), open()]);
    await Promise.all(others.flatMap((each, index) => Array.from({ length: 10 }, (_, round) => token(`agent-${index}-${round}`, undefined, each))));
    expect((await open()).state.tokens.size).toBe(30);
  });
});

describe('renewal', () => {
  it('is refused from a certificate that is unknown, expired, revoked or superseded, and for the key of another agent', async () => {
    const [one, two] = [await enrolled('one'), await enrolled('two')];
    expect(await register.renew('ff'.repeat(32), certificate('x'))).toMatchObject({ outcome: 'refused', reason: 'it was not enrolled here' });
    const taken = register.state.certificates.get(two)?.keyHash ?? '';
    expect(await register.renew(one, { ...certificate('x'), keyHash: taken })).toMatchObject({ outcome: 'refused', reason: 'the key is that of agent two' });
    await register.revokeSerial(register.state.certificates.get(two)?.serial ?? '', undefined);
    expect(await register.renew(two, certificate('x'))).toMatchObject({ outcome: 'refused', reason: 'it is revoked' });
    const next = await renewed(one);
    await register.proven(next, 1_000);
    now += 1_001;
    expect(await register.renew(one, certificate('x'))).toMatchObject({ outcome: 'refused', reason: 'a newer certificate has taken its place' });
    now += 31 * 24 * HOUR;
    expect(await register.renew(next, certificate('x'))).toMatchObject({ outcome: 'refused', reason: 'it has expired' });
  });

  it('whose answers were lost leaves every one of them good until one is used; then the others go after the overlap', async () => {
    const first = await enrolled('one');
    const [a, b] = [await renewed(first, 'a'), await renewed(first, 'b')];
    expect(await renewed(first, 'a')).toBe(a);
    expect([first, a, b].map((each) => why(each))).toEqual([undefined, undefined, undefined]);
    await register.proven(b, 10_000);
    const c = await renewed(b, 'c');
    now += 9_999;
    expect(why(first)).toBeUndefined();
    now += 1;
    expect([first, a, b, c].map((each) => why(each) === undefined)).toEqual([false, false, true, true]);
  });

  it('keeps three answers that were not used, not more', async () => {
    const first = await enrolled('one');
    const answers: string[] = [];
    for (const key of ['a', 'b', 'c', 'd']) answers.push(await renewed(first, key));
    expect(answers.map((each) => why(each) === undefined)).toEqual([false, true, true, true]);
  });
});

describe('an agent that enrols again', () => {
  it('beside its first machine leaves that one alone; in its place, replaces it once it is in use', async () => {
    const first = await enrolled('one');
    const beside = await enrolled('one', 'kept');
    await register.proven(beside, 0);
    expect(why(first)).toBeUndefined();
    const instead = await enrolled('one', 'replaced');
    expect(why(beside)).toBeUndefined();
    await register.proven(instead, 0);
    expect([first, beside, instead].map((each) => why(each) === undefined)).toEqual([false, false, true]);
  });

  it('after it was revoked needs a token made after that', async () => {
    const early = await token('one');
    await register.revokeAgent('one');
    expect(await register.findToken(early.id, early.revealSecret())).toBeUndefined();
    expect((await register.redeem(early.id, certificate('x'), undefined)).outcome).toBe('refused');
    expect(why(await enrolled('one'))).toBeUndefined();
  });
});

describe('the file', () => {
  it('rewritten says the same as before, less what nobody needs, whatever happened', async () => {
    const steps = fc.array(fc.record({ what: fc.constantFrom('enrol', 'renew', 'prove', 'revoke-agent', 'revoke-serial', 'restore', 'trusts', 'wait'), which: fc.nat(30), agent: fc.constantFrom('a', 'b', 'c') }), { maxLength: 25 });
    await fc.assert(fc.asyncProperty(steps, async (list) => {
      const own = await CertificateRegister.open(join(folder, `run-${count += 1}`), () => now);
      for (const step of list) await taken(own, step);
      const copy = new RegisterState();
      for (const event of own.state.events(now)) copy.apply(JSON.parse(JSON.stringify(event)) as typeof event);
      const picture = (state: RegisterState): unknown => JSON.parse(JSON.stringify([
        [...state.tokens], [...state.certificates], [...state.revokedAgents], [...state.revokedSerials],
      ], (key, value: unknown) => (key === 'kind' ? undefined : value)));
      expect(picture(copy)).toEqual(picture(own.state));
      for (const agent of ['a', 'b', 'c']) expect(copy.ofAgent(agent).map(({ fingerprint }) => fingerprint)).toEqual(own.state.ofAgent(agent).map(({ fingerprint }) => fingerprint));
    }), { numRuns: 100 });
  }, 60_000);

  it('rewritten leaves an agent that enrolled again after it was revoked as it is', async () => {
    await register.revokeAgent('one');
    const fingerprint = await enrolled('one');
    const copy = new RegisterState();
    for (const event of register.state.events(now)) copy.apply(event);
    expect(copy.certificates.get(fingerprint)?.revokedAt).toBeUndefined();
    expect(copy.revokedAgents.has('one')).toBe(true);
  });

  it('is rewritten when most of it is old news, while another process has it open', async () => {
    const beside = await open();
    const fingerprint = await enrolled('one');
    await register.revokeAgent('two');
    const lines = Array.from({ length: 2_000 }, (_, index) => JSON.stringify({ kind: 'trusts', at: now, fingerprint, revision: `r${index}` }));
    await appendFile(file(), `${lines.join('\n')}\n`);
    await register.compact();
    expect((await readFile(file(), 'utf8')).split('\n').length).toBeLessThan(10);
    expect(register.state.certificates.get(fingerprint)?.revision).toBe('r1999');
    await beside.refresh();
    expect(beside.state.certificates.get(fingerprint)?.revision).toBe('r1999');
    expect(beside.state.revokedAgents.has('two')).toBe(true);
    await token('three', undefined, beside);
    await register.refresh();
    expect([...register.state.tokens.values()].map(({ agent }) => agent)).toContain('three');
  });

  it('forgets certificates long after their end, revocations of names never', async () => {
    await enrolled('one');
    await register.revokeAgent('two');
    const kinds = [...register.state.events(now + 61 * 24 * HOUR)].map(({ kind }) => kind);
    expect(kinds).toEqual(['revoked-agent']);
  });

  it('is its owner\'s alone', async () => {
    await token('one');
    expect(((await stat(file())).mode & 0o777).toString(8)).toBe('600');
    expect(((await stat(join(folder, 'enrolment'))).mode & 0o777).toString(8)).toBe('700');
  });
});

type Step = { readonly what: string; readonly which: number; readonly agent: string };

async function taken(own: CertificateRegister, { what, which, agent }: Step): Promise<void> {
  const all = [...own.state.certificates.keys()];
  const fingerprint = all[which % Math.max(1, all.length)] ?? 'ff'.repeat(32);
  const steps: Record<string, () => unknown> = {
    enrol: async () => {
      const made = await own.createToken({ agent, life: HOUR, url: 'https://cloud.example', fingerprint: 'ab'.repeat(32), others: which % 2 === 0 ? 'kept' : 'replaced' });
      if (which % 3 > 0) await own.redeem(made.id, certificate(`k${count}`), 'host');
    },
    renew: () => own.renew(fingerprint, certificate(`k${count}`)),
    prove: () => own.proven(fingerprint, 1_000 * which),
    'revoke-agent': () => own.revokeAgent(agent),
    'revoke-serial': () => own.revokeSerial(own.state.certificates.get(fingerprint)?.serial ?? 'FF', undefined),
    restore: () => own.restoreAgent(agent),
    trusts: () => own.trusts(fingerprint, `r${which}`),
    wait: () => { now += 1_000; },
  };
  await steps[what]?.();
}

describe('names of agents and groups', () => {
  it('are not mixed up: connectorHostRef would not know which is meant', async () => {
    await register.redeem((await grouped('site1', 'berlin')).id, certificate('site1-berlin'), undefined);
    await expect(grouped('berlin', 'x')).rejects.toThrow('berlin is the name of a group (of agent site1): an agent needs another.');
    await expect(grouped('site2', 'site1')).rejects.toThrow('site1 is the name of an agent: a group needs another.');
    await expect(grouped('site2', 'berlin')).resolves.toBeDefined();
  });
});

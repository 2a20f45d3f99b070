import { X509Certificate, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../../certs/index.js';
import { makeAgentKey, makeCertificateRequest } from '../../../certs/enrolment/certificate-request.js';
import { ENROL_PATH, RENEW_PATH, TRUST_PATH } from '../../../certs/enrolment/messages.js';
import { EnrolmentToken, parseEnrolmentToken } from '../../../certs/enrolment/token.js';
import { HandMadeAgent, ask, type RawAnswer } from '../../support/hand-made-agent.js';
import { until } from '../../support/until.js';
import { startEnrolmentWorld, type EnrolmentWorld } from './enrolment-world.js';

let world: EnrolmentWorld;
beforeAll(async () => { world = await startEnrolmentWorld({ enrolment: { certificateLife: '1h' } }); });
afterAll(() => world.stop());

const alarms = async (event: string, agent: string): Promise<number> =>
  (await world.audit()).filter((line) => line.event === event && line.agent === agent && line.alarm === true).length;
const post = (path: string, body: unknown, shown: object = {}): Promise<RawAnswer> => ask(world.enrolmentPort, 'POST', path, body, { ca: world.ca, ...shown });
const request = async (text: string, csr: string): Promise<RawAnswer> => {
  const token = parseEnrolmentToken(text);
  return post(ENROL_PATH, { id: token.id, secret: token.revealSecret(), csr });
};

describe('enrolment is refused', () => {
  it('with a token that is unknown, expired, revoked or has another secret: one answer for all', async () => {
    const csr = await makeCertificateRequest(await makeAgentKey(), 'x');
    const good = parseEnrolmentToken(await world.token('refused'));
    const forged = new EnrolmentToken({ url: good.url, fingerprint: good.fingerprint, id: good.id, secret: 'A'.repeat(43) }).text();
    const unknown = new EnrolmentToken({ url: good.url, fingerprint: good.fingerprint, id: 'nobody-knows', secret: good.revealSecret() }).text();
    const late = await world.token('late', '--life', '1s');
    await until(async () => !(await world.command('list')).includes(parseEnrolmentToken(late).id), 'the token to expire', 5_000);
    const revoked = await world.token('gone');
    await world.command('revoke', '--agent', 'gone');
    const answers = await Promise.all([forged, unknown, late, revoked].map((token) => request(token, csr)));
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(answers[0]).toMatchObject({ status: 403, body: { error: 'unknown_token' } });
  });

  it('with a stolen token and another key: refused like an unknown one, and alarmed', async () => {
    const token = await world.token('victim');
    const victim = new HandMadeAgent();
    expect((await victim.enrol(world.enrolmentPort, token)).status).toBe(200);
    const thief = await new HandMadeAgent().enrol(world.enrolmentPort, token);
    expect(thief).toMatchObject({ status: 403, body: { error: 'unknown_token' } });
    await until(async () => await alarms('token-stolen', 'victim') === 1, 'the alarm');
    expect((await victim.trust(world.enrolmentPort)).status).toBe(200);
  });

  it('two at once with one token and two keys: one certificate, one refusal', async () => {
    const token = await world.token('raced');
    const answers = await Promise.all([0, 1, 2, 3].map(() => new HandMadeAgent().enrol(world.enrolmentPort, token)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403]);
  });

  it('with a weak key, a request of somebody else, or none; the token stays good', async () => {
    const token = await world.token('weak');
    const csr = await makeCertificateRequest(await makeAgentKey(), 'weak');
    const tampered = csr.replace(/([A-Za-z0-9+/]{4})(=*)\n-----END/, (_all, last: string, pad: string) => `${last === 'AAAA' ? 'BBBB' : 'AAAA'}${pad}\n-----END`);
    for (const bad of [tampered, 'rubbish', world.ca]) expect(await request(token, bad)).toMatchObject({ status: 400, body: { error: 'bad_certificate_request' } });
    expect((await request(token, csr)).status).toBe(200);
  });

  it('with a body that is too large, no JSON, of the wrong form, or by the wrong method', async () => {
    expect((await post(ENROL_PATH, JSON.stringify({ id: 'x'.repeat(70_000) }))).status).toBe(413);
    expect((await post(ENROL_PATH, '{')).status).toBe(400);
    expect((await post(ENROL_PATH, { id: 7 })).status).toBe(400);
    expect((await post('/enrolment/v1/other', {})).status).toBe(404);
    expect((await ask(world.enrolmentPort, 'GET', ENROL_PATH, undefined, { ca: world.ca })).status).toBe(405);
  });

  it('slowly: a connection that sends nothing, or a body that never ends, is cut', async () => {
    const silent = connect({ host: '127.0.0.1', port: world.enrolmentPort, ca: world.ca, servername: 'localhost' });
    const slow = connect({ host: '127.0.0.1', port: world.enrolmentPort, ca: world.ca, servername: 'localhost' });
    for (const socket of [silent, slow]) socket.on('error', () => undefined).resume();
    await Promise.all([once(silent, 'secureConnect'), once(slow, 'secureConnect')]);
    slow.write(`POST ${ENROL_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{`);
    const drip = setInterval(() => slow.write(' '), 500);
    await Promise.all([once(silent, 'close'), once(slow, 'close')]);
    clearInterval(drip);
  }, 30_000);
});

describe('enrolment', () => {
  it('gives what the token says, whatever the request says, for the key that never left', async () => {
    const agent = await world.enrolled('site1', '--group', 'berlin');
    const leaf = new X509Certificate(agent.answer?.certificate ?? '');
    expect(agent.answer).toMatchObject({ agent: 'site1', group: 'berlin' });
    expect(leaf.subject).toBe('CN=site1\nOU=berlin');
    expect(leaf.checkPrivateKey(createPrivateKey(agent.key))).toBe(true);
    expect(leaf.checkIssued(new X509Certificate(world.ca)) && leaf.verify(new X509Certificate(world.ca).publicKey)).toBe(true);
    const life = Date.parse(leaf.validTo) - Date.now();
    expect(life).toBeGreaterThan(3_500_000);
    expect(life).toBeLessThan(3_700_000);
    expect(Math.abs(Date.parse(agent.answer?.renewAfter ?? '') - Date.now() - 2_400_000)).toBeLessThan(60_000);
    const { socket } = await agent.dial(world.gatewayPort);
    socket.terminate();
  });

  it('gives the same answer again for the same token and key: the first may have been lost', async () => {
    const token = await world.token('again');
    const key = await makeAgentKey();
    const first = await new HandMadeAgent().enrol(world.enrolmentPort, token, key);
    const second = await new HandMadeAgent().enrol(world.enrolmentPort, token, key);
    expect(second).toEqual(first);
    expect(second.status).toBe(200);
  });

  it('of an agent that is there already needs a word on what becomes of its certificate; no secret is in the register', async () => {
    await world.enrolled('twice');
    await expect(world.token('twice')).rejects.toThrow(/--replace.*--additional/);
    const token = parseEnrolmentToken(await world.token('twice', '--additional'));
    expect(await readFile(world.path('data', 'enrolment', 'register.jsonl'), 'utf8')).not.toContain(token.revealSecret());
    expect(await readFile(world.path('data', 'audit', 'enrolment.jsonl'), 'utf8')).not.toContain(token.revealSecret());
  });
});

describe('renewal', () => {
  beforeAll(async () => {
    await world.stop();
    world = await startEnrolmentWorld(); // the failures of the tests before are counted against this address
  });

  it('is refused without a certificate, with one from elsewhere, one that was issued by hand, and one that is revoked', async () => {
    const csr = await makeCertificateRequest(await makeAgentKey(), 'x');
    const foreign = await (await createAuthority(world.path('foreign'))).issueAgent({ name: 'site1' });
    const byHand = await world.authority.issueAgent({ name: 'byhand' });
    const expired = await world.authority.issueAgent({ name: 'old', from: new Date(Date.now() - 7_200_000), days: 1 / 24 });
    const shown: object[] = [{}, ...[foreign, byHand, expired].map(({ certificate, privateKey }) => ({ cert: certificate, key: privateKey }))];
    for (const each of shown) expect(await post(RENEW_PATH, { csr }, each)).toMatchObject({ status: 403, body: { error: 'certificate_refused' } });
    const revoked = await world.enrolled('revoked');
    await world.command('revoke', '--serial', new X509Certificate(revoked.answer?.certificate ?? '').serialNumber);
    await until(async () => (await revoked.renew(world.enrolmentPort)).status === 403, 'the revocation to be noticed', 5_000);
    expect((await revoked.trust(world.enrolmentPort)).status).toBe(403);
  });

  it('asked for again with the same key gives the same certificate; the old one serves until the new one is in use', async () => {
    const agent = await world.enrolled('renewing');
    const old = agent.copy();
    const key = await makeAgentKey();
    const lost = await agent.renew(world.enrolmentPort, { key, lost: true });
    const repeated = await agent.renew(world.enrolmentPort, { key });
    expect(repeated.body).toMatchObject({ certificate: lost.body['certificate'] });
    (await old.dial(world.gatewayPort)).socket.terminate();
    (await agent.dial(world.gatewayPort)).socket.terminate();
  });

  it('with a body that takes another name gets its own name all the same', async () => {
    const agent = await world.enrolled('honest', '--group', 'g');
    const answer = await ask(world.enrolmentPort, 'POST', RENEW_PATH, { csr: await makeCertificateRequest(await makeAgentKey(), 'site1'), agent: 'site1', group: 'other' }, agent.shown);
    expect(answer.body).toMatchObject({ agent: 'honest', group: 'g' });
    expect(new X509Certificate(answer.body['certificate'] ?? '').subject).toBe('CN=honest\nOU=g');
  });

  it('is limited: a certificate that is renewed over and over with new keys has to wait', async () => {
    const agent = await world.enrolled('greedy');
    const statuses: number[] = [];
    for (let round = 0; round < 11; round += 1) statuses.push((await agent.renew(world.enrolmentPort, { lost: true })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429]);
  });
});

describe('strangers', () => {
  it('who fail again and again are not listened to for a while', async () => {
    const own = await startEnrolmentWorld();
    try {
      const statuses: number[] = [];
      for (let round = 0; round < 21; round += 1) statuses.push((await ask(own.enrolmentPort, 'GET', TRUST_PATH, undefined, { ca: own.ca })).status);
      expect(statuses).toEqual([...Array.from({ length: 20 }, () => 403), 429]);
    } finally {
      await own.stop();
    }
  });
});

import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { ENROL_PATH, RENEW_PATH, TRUST_PATH, readCertificateAnswer, type CertificateAnswer } from '../../certs/enrolment/messages.js';
import { makeAgentKey, makeCertificateRequest } from '../../certs/enrolment/certificate-request.js';
import { parseEnrolmentToken } from '../../certs/enrolment/token.js';
import { holdPrivateKey } from './secret-values.js';

/** What a client shows and trusts, PEM. */
export interface Shown {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
}

export interface RawAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, string>>;
}

/** One HTTPS request by hand. A refused or broken connection rejects. */
export async function ask(port: number, method: string, path: string, body: unknown, shown: Shown): Promise<RawAnswer> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const sent = request({
    host: '127.0.0.1', port, method, path, ...shown, agent: false, servername: 'localhost',
    headers: text === undefined ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
  });
  const answered = once(sent, 'response') as Promise<[import('node:http').IncomingMessage]>;
  sent.end(text);
  const [response] = await answered;
  let received = '';
  for await (const part of response.setEncoding('utf8')) received += String(part);
  return { status: response.statusCode ?? 0, body: received === '' ? {} : JSON.parse(received) as RawAnswer['body'] };
}

/** The CA certificate a listener sends at the end of its chain, checked against the fingerprint a token holds. */
export async function pinnedRoot(port: number, fingerprint: string): Promise<string> {
  const socket: TLSSocket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, servername: 'localhost' });
  try {
    await once(socket, 'secureConnect');
    let each = socket.getPeerCertificate(true);
    while (each.issuerCertificate.fingerprint256 !== each.fingerprint256) each = each.issuerCertificate;
    if (each.fingerprint256.replaceAll(':', '').toLowerCase() !== fingerprint) throw new Error('the listener is not the one the token names');
    return `-----BEGIN CERTIFICATE-----\n${each.raw.toString('base64')}\n-----END CERTIFICATE-----\n`;
  } finally {
    socket.destroy();
  }
}

/** An agent's side of enrolment without any of the agent's code: what the contract says, and nothing else. */
export class HandMadeAgent {
  key = '';
  answer: CertificateAnswer | undefined;

  get shown(): Shown {
    return { ca: this.answer?.trust, cert: this.answer?.certificate, key: this.key };
  }

  async enrol(port: number, text: string, key?: string): Promise<RawAnswer> {
    const token = parseEnrolmentToken(text);
    const used = holdPrivateKey('key of an agent', key ?? await makeAgentKey());
    const ca = await pinnedRoot(port, token.fingerprint);
    const answer = await ask(port, 'POST', ENROL_PATH, { id: token.id, secret: token.revealSecret(), csr: await makeCertificateRequest(used, 'whatever'), hostId: 'test-host' }, { ca });
    if (answer.status === 200) this.take(answer, used);
    return answer;
  }

  /** Asks for a successor; takes it over unless the answer is to be lost. */
  async renew(port: number, { key, lost = false }: { readonly key?: string; readonly lost?: boolean } = {}): Promise<RawAnswer> {
    const used = holdPrivateKey('key of an agent', key ?? await makeAgentKey());
    const answer = await ask(port, 'POST', RENEW_PATH, { csr: await makeCertificateRequest(used, 'whatever') }, this.shown);
    if (answer.status === 200 && !lost) this.take(answer, used);
    return answer;
  }

  /** Asks for the trust bundle and takes it over. */
  async trust(port: number): Promise<RawAnswer> {
    const answer = await ask(port, 'GET', TRUST_PATH, undefined, this.shown);
    if (answer.status === 200 && this.answer !== undefined) this.answer = { ...this.answer, trust: answer.body['trust'] ?? '' };
    return answer;
  }

  take(answer: RawAnswer, key: string): void {
    this.answer = readCertificateAnswer(answer.body);
    this.key = key;
  }

  copy(): HandMadeAgent {
    const copy = new HandMadeAgent();
    [copy.key, copy.answer] = [this.key, this.answer];
    return copy;
  }

  /** Opens a WebSocket on a gateway; rejects when it is refused. */
  async dial(port: number): Promise<DialledSocket> {
    const socket = new WebSocket(`wss://localhost:${port}/openicf`, ['v1.openicf.forgerock.org'], { ...this.shown as object, perMessageDeflate: false });
    const closed = new Promise<{ code: number; reason: string; at: number }>((resolve) => {
      socket.once('close', (code, reason) => resolve({ code, reason: reason.toString(), at: performance.now() }));
    });
    await new Promise<void>((resolve, reject) => { socket.once('open', resolve).once('error', reject); });
    socket.on('error', () => undefined);
    return { socket, closed };
  }
}

export interface DialledSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<{ readonly code: number; readonly reason: string; readonly at: number }>;
}

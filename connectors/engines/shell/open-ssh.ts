import type { AuthenticationType, Client, ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import { ConnectorError, type GuardedString } from '../../../protocol/model/index.js';
import type { OpenContext } from '../../framework/spi.js';
import { hostKeyCheck, type HostKeyCheck } from './host-key.js';
import { privateKeyOf } from './private-key.js';
import { openFailure, passwordExpired } from './ssh-errors.js';
import { SshClientSession } from './ssh-client-session.js';
import type { SshSession } from './ssh-session.js';
import type { SshSettings } from './ssh-settings.js';

/** Between keep-alive messages, milliseconds, and how many may go unanswered: half a minute until a dead peer is noticed. */
const KEEPALIVE = { keepaliveInterval: 10_000, keepaliveCountMax: 3 };

/**
 * Logs in. The server's key is checked first; an unknown one is refused (`connectorSecurity`). Wrong credentials are
 * `invalidCredential`, a server that is not there `connectionFailed`.
 */
export async function openSsh(settings: SshSettings, context: Pick<OpenContext, 'signal' | 'log'>): Promise<SshSession> {
  const { signal, log } = context;
  const where = `${settings.host}:${settings.port}`;
  const check = await hostKeyCheck(settings.hostKey, settings);
  const { default: ssh2 } = await import('ssh2');
  signal.throwIfAborted();
  const client = new ssh2.Client();
  const state: { refused?: ConnectorError; offered?: readonly string[] } = {};
  const config: ConnectConfig = {
    ...connectConfig(settings, check, (refusal) => { state.refused = refusal; }),
    authHandler: loginMethods(settings, (methods) => { state.offered = methods; }),
  };
  // After the login an error is told by 'close' to whoever works; without a listener it would end the process.
  client.on('error', () => undefined);
  answerKeyboard(client, settings.login.password ?? null);
  await new Promise<void>((resolve, reject) => {
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', aborted);
      client.off('error', failed).off('close', closed);
      act();
    };
    const failed = (error: Error): void => settle(() => { client.destroy(); reject(state.refused ?? openFailure(error, where, settings.user, state.offered)); });
    const closed = (): void => failed(Object.assign(new Error('it closed the connection'), { code: 'ECONNRESET' }));
    const aborted = (): void => settle(() => { client.destroy(); reject(signal.reason as Error); });
    signal.addEventListener('abort', aborted, { once: true });
    client.once('ready', () => settle(resolve)).once('error', failed).once('close', closed);
    client.once('change password', () => { state.refused = passwordExpired(where, settings.user); failed(state.refused); });
    try {
      client.connect(config);
    } catch (error) {
      settle(() => reject(unusableKey(error)));
    }
  });
  log.debug({ host: settings.host, port: settings.port }, 'SSH session opened.');
  return new SshClientSession(client, `${settings.user}@${where}`);
}

function connectConfig(settings: SshSettings, check: HostKeyCheck, refuse: (refusal: ConnectorError) => void): ConnectConfig {
  return {
    host: settings.host, port: settings.port, username: settings.user, readyTimeout: settings.connectionTimeout, ...KEEPALIVE, ...loginConfig(settings),
    algorithms: { serverHostKey: hostKeyAlgorithms(check.preferred) },
    hostVerifier: (key: Buffer) => {
      const refusal = check.refusal(key);
      if (refusal !== undefined) refuse(refusal);
      return refusal === undefined;
    },
  };
}

function loginConfig({ login }: SshSettings): Pick<ConnectConfig, 'password' | 'privateKey' | 'passphrase' | 'tryKeyboard'> {
  const { password } = login;
  const byPassword = password === null || password === undefined ? {} : { password: password.reveal(), tryKeyboard: true };
  return login.kind === 'password' ? byPassword : { ...byPassword, ...privateKeyOf(login.key, login.passphrase) };
}

const BY_PASSWORD: readonly AuthenticationType[] = ['password', 'keyboard-interactive'];

/**
 * Asks what the server takes (`none`, RFC 4252, 5.2), then tries one of it: a refused password is not tried in another form as
 * well, since each failure counts towards a lockout. A server that wants a key and the password is given both.
 */
function loginMethods({ login }: SshSettings, offer: (methods: readonly string[]) => void) {
  let tried = 0;
  return (left: readonly AuthenticationType[] | null, partialSuccess: boolean | null): AuthenticationType | false => {
    if (left === null) return 'none';
    offer(left);
    tried++;
    const first: readonly AuthenticationType[] = login.kind === 'password' ? BY_PASSWORD : ['publickey'];
    const second = login.kind === 'key' && partialSuccess === true ? BY_PASSWORD : [];
    return [first, second][tried - 1]?.find((method) => left.includes(method)) ?? false;
  };
}

/** What ssh2 can verify; DSA only where such a key is known. */
const HOST_KEY_ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521', 'rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa',
];

/** Those of known keys first, so that the server shows a key we know, as OpenSSH does it. */
function hostKeyAlgorithms(preferred: readonly string[]): ServerHostKeyAlgorithm[] {
  const known = [...HOST_KEY_ALGORITHMS, 'ssh-dss' as const].filter((algorithm) => preferred.includes(algorithm));
  return [...known, ...HOST_KEY_ALGORITHMS.filter((algorithm) => !known.includes(algorithm))];
}

/**
 * PAM asks for the password as a question of its own, maybe behind a greeting that asks nothing (RFC 4256, 3.2). To what is typed
 * visibly, and to anything asked after it, such as a one-time code, we have no answer.
 */
function answerKeyboard(client: Client, password: GuardedString | null): void {
  let isAnswered = false;
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) => {
    const isPassword = !isAnswered && prompts.length === 1 && prompts[0]?.echo !== true;
    isAnswered ||= prompts.length > 0;
    finish(isPassword && password !== null ? [password.reveal()] : []);
  });
}

function unusableKey(error: unknown): ConnectorError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ConnectorError('configuration', `The SSH session cannot be opened: ${reason}. Check privateKey (PEM, one line an item) and passphrase.`, { cause: error, outcome: 'notApplied' });
}

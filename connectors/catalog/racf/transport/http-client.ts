import type { Dispatcher } from 'undici';
import { ConnectorError } from '../../../../protocol/model/index.js';
import type { OpenContext } from '../../../framework/spi.js';
import type { RacfConfig } from '../config.js';
import { openingConnections } from './connections.js';

export interface HttpAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  /** The header of that name: where a server gives out a token. */
  readonly authorization: string | undefined;
}

/** JSON requests to one server, with the administrator's credentials unless `authorization` stands for them. */
export interface HttpClient {
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body: unknown, signal: AbortSignal, authorization?: string): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** Characters of an answer that are read; a listing of some profiles is far below. */
const LONGEST_ANSWER = 64 * 1024 * 1024;

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

async function textOf(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    length += bytes.length;
    if (length > LONGEST_ANSWER) throw new ConnectorError('connectorIo', `z/OS answered more than ${LONGEST_ANSWER / 1024 / 1024} MiB.`);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Where a request has left, whether it was carried out is unknown; where no connection was made, it was not. */
const BEFORE_SENDING: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT']);

function unreachable(server: string, error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  const { code = '', message } = error as Error & { code?: string };
  const isBefore = BEFORE_SENDING.has(code) || code.startsWith('CERT_') || code.startsWith('ERR_TLS') || code.includes('CERT');
  const advice = code.includes('CERT') || code.startsWith('ERR_TLS')
    ? 'The certificate of the server is not trusted: give the agent its authority, or correct hostName.'
    : 'Check hostName, port and the network.';
  return new ConnectorError(isBefore ? 'connectionFailed' : 'connectionBroken', `z/OS at ${server} cannot be reached: ${code === '' ? message : `${code}: ${message}`}. ${advice}`, {
    cause: error, outcome: isBefore ? 'notApplied' : 'unknown',
  });
}

function basic({ userId, password }: RacfConfig): string {
  return `Basic ${Buffer.from(`${userId.trim()}:${password.reveal()}`).toString('base64')}`;
}

/** Connections are kept and counted by the client: `maximumConnections` of them, made within `connectionTimeout`. */
export async function openHttpClient(config: RacfConfig, context: OpenContext, headers: Readonly<Record<string, string>>): Promise<HttpClient> {
  const { Agent } = await import('undici');
  const server = `${config.hostName}:${config.port}`;
  const dispatcher = new Agent({
    connections: config.maximumConnections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0,
    connect: await openingConnections(config, context),
  });
  const origin = `https://${config.hostName.includes(':') ? `[${config.hostName}]` : config.hostName}:${config.port}`;
  return {
    async send(method, path, body, signal, authorization = basic(config)) {
      try {
        const answer = await dispatcher.request({
          origin, path, method, signal, headers: { ...headers, accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), authorization },
          body: body === undefined ? null : JSON.stringify(body),
        });
        const text = await textOf(answer.body);
        const given = answer.headers['authorization'];
        return { status: answer.statusCode, text, body: json(text), authorization: typeof given === 'string' ? given : undefined };
      } catch (error) {
        if (signal.aborted) throw signal.reason as Error;
        throw unreachable(server, error);
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/**
 * What an HTTP status says about the account and the API; undefined for success. `api` names what was asked. The server's own
 * words are left out for a command with secrets, which they may repeat.
 */
export function refusedAnswer({ status, text }: HttpAnswer, api: string, { hasSecrets }: { readonly hasSecrets: boolean }): ConnectorError | undefined {
  if (status >= 200 && status < 300) return undefined;
  const said = hasSecrets || text.trim() === '' ? '' : ` It says: ${text.slice(0, 500)}`;
  if (status === 401) return new ConnectorError('invalidCredential', `${api} does not accept the user ID and password.${said}`, { outcome: 'notApplied' });
  if (status === 403) return new ConnectorError('permissionDenied', `${api} may not be used by this user ID. Grant it access.${said}`, { outcome: 'notApplied' });
  if (status === 404) return new ConnectorError('configuration', `${api} is not there. Check port and restApi.${said}`, { outcome: 'notApplied' });
  if (status === 429 || status === 503) return new ConnectorError('retryable', `${api} is busy (status ${status}). Try again.${said}`, { outcome: 'notApplied' });
  return new ConnectorError('connectorIo', `${api} failed with status ${status}.${said}`, { outcome: 'unknown' });
}

import type { IncomingMessage } from 'node:http';
import { keyMatches } from './connector-server-key.js';
import { authorizationWord } from '../../protocol/transport/authorization-header.js';
import { SUBPROTOCOL, offeredSubprotocols } from '../../protocol/transport/subprotocol.js';

/** What becomes of an upgrade request (protocol sections 1.2 and 1.3). */
export type UpgradeVerdict =
  | { readonly kind: 'accept'; readonly principal: string; readonly subprotocol: SubprotocolAnswer }
  /** No HTTP answer; the socket is left to the pre-authentication deadline. */
  | { readonly kind: 'ignore'; readonly why: string }
  /** The connection ends without an answer. */
  | { readonly kind: 'close'; readonly why: string }
  | { readonly kind: 'answer'; readonly statusLine: string; readonly headers: readonly string[]; readonly why: string };

/** Ours; none because none was offered; or an empty header because only others were. */
export type SubprotocolAnswer = typeof SUBPROTOCOL | 'none' | 'empty';

/** The one path there is; a query string is tolerated. */
export const CONNECTOR_SERVER_PATH = '/openicf';

/** Judges an upgrade request as a Java connector server does. */
export function judgeUpgrade(request: IncomingMessage, keyHash: string): UpgradeVerdict {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== CONNECTOR_SERVER_PATH) return { kind: 'ignore', why: `there is nothing at the path ${String(path).slice(0, 100)}` };
  const credentials = basicCredentials(request.headers.authorization);
  if (credentials === undefined) {
    return { kind: 'answer', statusLine: '401 Unauthorized. ', headers: ['WWW-Authenticate: Basic realm="openicf.forgerock.org"'], why: 'no Basic credentials' };
  }
  if (!keyMatches(credentials.password, keyHash)) return { kind: 'answer', statusLine: '403 Failed To connect', headers: [], why: 'wrong connector server key' };
  if (credentials.user === '') return { kind: 'close', why: 'blank user name' };
  if (request.headers['sec-websocket-version'] !== '13') {
    return { kind: 'answer', statusLine: '400 Bad Request', headers: ['Sec-WebSocket-Version: 13', 'Content-Length: 0'], why: 'WebSocket version other than 13' };
  }
  return { kind: 'accept', principal: credentials.user, subprotocol: chooseSubprotocol(offeredSubprotocols(request)) };
}

/** Decoded as ISO-8859-1, split at the first colon, both halves trimmed. Undefined for anything but Basic with a colon. */
function basicCredentials(header: string | undefined): { user: string; password: string } | undefined {
  const encoded = authorizationWord(header, 'basic');
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon).trim(), password: text.slice(colon + 1).trim() };
}

function chooseSubprotocol(names: readonly string[]): SubprotocolAnswer {
  if (names.includes(SUBPROTOCOL)) return SUBPROTOCOL;
  return names.length === 0 ? 'none' : 'empty';
}

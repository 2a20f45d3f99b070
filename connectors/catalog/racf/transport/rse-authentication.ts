import { ConnectorError } from '../../../../protocol/model/index.js';
import type { Credentials, HttpAuthentication } from '../../../engines/http/http-authentication.js';
import type { HttpAnswer } from '../../../engines/http/http-client.js';
import type { RacfConfig } from '../config.js';
import { administrator, refusedAnswer, type SendToZos } from './zos-client.js';

const PATH = '/rseapi/api/v1/auth/login';
const API = `The RSE API (${PATH})`;
/** Of a server that was told not to take Basic authentication (RSE API 1.2.0 and later). */
const NO_BASIC = 405;

/**
 * Basic authentication, and a token of servers that refuse it: POST with user ID and password, and the token out of the header
 * `authorization` of the answer, which is sent as it is from then on. So IBM's own client, `AuthLogin.getToken` of the npm package
 * @ibm/rse-api-for-zowe-cli 6.7.1. A request is repeated once with a new token where the server takes no Basic authentication, or
 * the token no longer.
 */
export class RseAuthentication implements HttpAuthentication {
  readonly #config: RacfConfig;
  readonly #send: SendToZos;
  #token: string | undefined;

  constructor(config: RacfConfig, send: SendToZos) {
    this.#config = config;
    this.#send = send;
  }

  async headers(): Promise<Credentials> {
    return new Map([['authorization', this.#token ?? administrator(this.#config)]]);
  }

  async answered({ status }: HttpAnswer, credentials: Credentials, signal: AbortSignal): Promise<boolean> {
    const used = credentials.get('authorization');
    const wasBasic = used === administrator(this.#config);
    if (status !== NO_BASIC && (status !== 401 || wasBasic)) return false;
    // Somebody else may have signed on meanwhile.
    if (this.#token === undefined || this.#token === used) this.#token = await this.#signOn(signal);
    return true;
  }

  async #signOn(signal: AbortSignal): Promise<string> {
    const { userId, password } = this.#config;
    const credentials = { userid: userId.trim(), password: password.reveal() };
    const answer = await this.#send({ method: 'POST', path: PATH, body: credentials, bare: true, headers: [['authorization', administrator(this.#config)]] }, signal);
    const refused = refusedAnswer(answer, API, { hasSecrets: true });
    if (refused !== undefined) throw refused;
    const token = answer.headers.get('authorization');
    if (token === undefined) throw new ConnectorError('connectorIo', `${API} answered without a token. Allow Basic authentication in the RSE API server, or set restApi to ZOSMF.`, { outcome: 'notApplied' });
    return token;
  }
}

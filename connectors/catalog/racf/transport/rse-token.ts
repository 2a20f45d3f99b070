import { ConnectorError } from '../../../../protocol/model/index.js';
import type { RacfConfig } from '../config.js';
import { refusedAnswer, type HttpAnswer, type HttpClient } from './http-client.js';

const PATH = '/rseapi/api/v1/auth/login';
const API = `The RSE API (${PATH})`;
/** Of a server that was told not to take Basic authentication (RSE API 1.2.0 and later). */
const NO_BASIC = 405;

/**
 * Signs on to servers that refuse Basic authentication: POST with user ID and password, and the token out of the header
 * `authorization` of the answer, which is sent as it is from then on. So IBM's own client, `AuthLogin.getToken` of the npm package
 * @ibm/rse-api-for-zowe-cli 6.7.1.
 */
export class RseToken {
  readonly #client: HttpClient;
  readonly #config: RacfConfig;
  #token: string | undefined;

  constructor(client: HttpClient, config: RacfConfig) {
    this.#client = client;
    this.#config = config;
  }

  /** Sends a request; once more with a new token where the server takes no Basic authentication, or the token no longer. */
  async authorized(send: (authorization: string | undefined) => Promise<HttpAnswer>, signal: AbortSignal): Promise<HttpAnswer> {
    const used = this.#token;
    const answer = await send(used);
    if (answer.status !== NO_BASIC && (answer.status !== 401 || used === undefined)) return answer;
    // Somebody else may have signed on meanwhile.
    if (this.#token === used) this.#token = await this.#signOn(signal);
    return send(this.#token);
  }

  async #signOn(signal: AbortSignal): Promise<string> {
    const { userId, password } = this.#config;
    const answer = await this.#client.send('POST', PATH, { userid: userId.trim(), password: password.reveal() }, signal);
    const refused = refusedAnswer(answer, API, { hasSecrets: true });
    if (refused !== undefined) throw refused;
    if (answer.authorization === undefined) throw new ConnectorError('connectorIo', `${API} answered without a token. Allow Basic authentication in the RSE API server, or set restApi to ZOSMF.`, { outcome: 'notApplied' });
    return answer.authorization;
  }
}

import { ConnectorError } from '../../../protocol/model/index.js';
import { BasicAuthentication, basicAuthorization, noAuthentication, type HttpAuthentication } from '../../engines/http/http-authentication.js';
import { HttpClient, type HttpAnswer } from '../../engines/http/http-client.js';
import { portOf, type HttpSettings } from '../../engines/http/http-settings.js';
import { OAuthTokens } from '../../engines/http/oauth-tokens.js';
import { parseRate } from '../../engines/http/limits/rate.js';
import { RateLimit } from '../../engines/http/limits/rate-limit.js';
import { tokenEndpoint } from '../../engines/http/token-endpoint.js';
import { warnOfExposure } from '../../engines/rest/exposure.js';
import { ScriptEngine } from '../../engines/scripted/script-engine.js';
import type { ScriptedSession } from '../../engines/scripted/scripted-connector.js';
import type { Call, OpenContext } from '../../framework/spi.js';
import { clientSettings, customTokens, customizerHook } from './customizer.js';
import { restBindings } from './rest-bindings.js';
import { authMethod, builtInGrant, contentType, requestHeaders, type RestConfig } from './validate.js';

/** What all sessions of a configuration stand on. */
export interface RestService {
  readonly client: HttpClient;
  /** The customizer script, if there is one. */
  readonly customizer: string | undefined;
  readonly contentType: string;
  readonly reading: RateLimit | undefined;
  readonly writing: RateLimit | undefined;
}

export type RestSession = ScriptedSession<RestConfig, RestService>;

export async function open(config: RestConfig, context: OpenContext): Promise<RestSession> {
  const engine = await ScriptEngine.open(config, undefined, context);
  const own = await context.shared('service', (signal) => openService(config, engine, context, signal), ({ client }) => client.close());
  return { config, own, engine };
}

/** The client is made once, by what the configuration and then the customizer's `init` say. */
async function openService(config: RestConfig, engine: ScriptEngine, context: OpenContext, over: AbortSignal): Promise<RestService> {
  const customizer = engine.has('customizerScriptFileName') ? await engine.text('customizerScriptFileName') : undefined;
  const common = { customizer, contentType: contentType(config), reading: limitOf('readRateLimit', config.readRateLimit, context), writing: limitOf('writeRateLimit', config.writeRateLimit, context) };
  const settings = configuredClient(config, context);
  if (authMethod(config) !== 'NONE') warnOfExposure(context.log, { serviceAddress: config.serviceAddress, OAuthTokenEndpoint: config.OAuthTokenEndpoint });
  const call = (signal: AbortSignal): Call => ({ signal, log: context.log, locale: undefined, operationId: undefined, permitTarget: context.permitTarget });
  // Of requests for tokens, and of what init asks: they are nobody's requests to the service.
  const bare = await HttpClient.open({ ...settings, authentication: noAuthentication, headers: undefined });
  const hook = customizerHook(engine, config);
  const bareBindings = () => restBindings({ ...common, client: bare }, { permitTarget: context.permitTarget, bare: true });
  let custom: Partial<HttpSettings>;
  try {
    custom = clientSettings(customizer === undefined ? null : await hook('init', bareBindings(), call(over)));
  } finally {
    await bare.close();
  }
  // The script says where to: nobody has asked the agent about it yet.
  if (custom.proxy !== undefined) await context.permitTarget?.({ host: custom.proxy.address.hostname, port: portOf(custom.proxy.address) });
  const merged: HttpSettings = { ...settings, ...defined(custom), headers: new Map([...settings.headers ?? [], ...custom.headers ?? []]), certificates: [...settings.certificates ?? [], ...custom.certificates ?? []] };
  const tokens = await HttpClient.open({ ...merged, authentication: noAuthentication, headers: undefined });
  const bindings = () => restBindings({ ...common, client: tokens }, { permitTarget: context.permitTarget, bare: true });
  const authentication = authenticationOf(config, () => new OAuthTokens(builtInTokens(config, tokens) ?? customTokens(hook, bindings, call), over));
  const client = await HttpClient.open({ ...merged, authentication });
  over.addEventListener('abort', () => { void tokens.close(); }, { once: true });
  return { ...common, client };
}

function limitOf(property: string, text: string | null, { clock, waits }: OpenContext): RateLimit | undefined {
  return text === null ? undefined : new RateLimit(parseRate(property, text), clock, waits);
}

function configuredClient(config: RestConfig, { trustedCertificates, permitTarget, traffic, waits }: OpenContext): HttpSettings {
  const { proxyAddress, proxyUsername, proxyPassword } = config;
  return {
    address: new URL(config.serviceAddress), authentication: noAuthentication, headers: requestHeaders(config), certificates: trustedCertificates, permitTarget, traffic, waits,
    proxy: proxyAddress === null ? undefined : {
      address: new URL(proxyAddress), authorization: proxyUsername === null ? undefined : basicAuthorization(proxyUsername, proxyPassword?.reveal() ?? ''),
    },
  };
}

/** Without what is undefined, so that it replaces nothing. */
function defined(settings: Partial<HttpSettings>): Partial<HttpSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

function authenticationOf(config: RestConfig, oauth: () => HttpAuthentication): HttpAuthentication {
  const { username, password } = config;
  switch (authMethod(config)) {
    case 'NONE': return noAuthentication;
    case 'OAUTH': return oauth();
    case 'BASIC': case 'BASIC_PREEMPTIVE': {
      if (username === null || username === '') return noAuthentication;
      return new BasicAuthentication(() => basicAuthorization(username, password?.reveal() ?? ''), { preemptive: authMethod(config) === 'BASIC_PREEMPTIVE' });
    }
  }
}

/** In the words of the Java connector. */
function refused({ status }: HttpAnswer): ConnectorError {
  return new ConnectorError('invalidCredential', `Retrieve Access Token failed with code: ${status}`, { outcome: 'notApplied' });
}

/** Undefined where the customizer has to get them. */
function builtInTokens(config: RestConfig, client: HttpClient) {
  const { OAuthTokenEndpoint: endpoint, OAuthClientId: clientId, OAuthClientSecret: clientSecret, OAuthRefreshToken: refreshToken, OAuthScope: scope } = config;
  const grant = builtInGrant(config);
  if (grant === undefined || endpoint === null || clientId === null || clientId === '') return undefined;
  return tokenEndpoint(client, { endpoint: new URL(endpoint), clientId, clientSecret, grant, refreshToken, scope, refused });
}

/** A request to the address of the service: every answer will do but one that refuses the credentials. */
export async function testService({ client }: RestService, config: RestConfig, call: Call): Promise<void> {
  const answer = await client.request({ method: 'GET', url: new URL(config.serviceAddress), headers: new Map() }, call.signal, call.permitTarget);
  if (answer.status === 401) throw new ConnectorError('invalidCredential', `${config.serviceAddress} refuses the credentials: it answered 401. Check the user name and password, or the OAuth client.`);
}

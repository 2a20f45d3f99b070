import { anySignal, ConnectorError, GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import type { AccessToken, TokenSource } from '../../engines/http/oauth-tokens.js';
import type { HttpSettings } from '../../engines/http/http-settings.js';
import type { ScriptEngine } from '../../engines/scripted/script-engine.js';
import type { ScriptBindings } from '../../engines/scripted/scripted-connector.js';
import { configurationValue } from '../../engines/scripted/scripted-connector.js';
import { plainText } from '../../engines/scripted/http/json-text.js';
import type { Call } from '../../framework/spi.js';
import { config as properties, secrets } from './properties.js';
import type { RestConfig } from './validate.js';

const SLOT = 'customizerScriptFileName';
/** Milliseconds: nobody else's time limit ends what all operations of a configuration wait for. */
const HOOK_TIME = 60_000;

/** Source of `customizing`: what fails in there, the script that runs is not to be blamed for. */
export const CUSTOMIZING = String.raw`
function customizing(part, work) {
  try {
    return work();
  } catch (error) {
    throw icf.error(error?.kind ?? 'connector', 'The customizer script failed' + part + ': ' + error);
  }
}`;

/** Source that makes `customization` of the text of a customizer script, which calls `customize({ init, decorate, accessToken })`. */
export function customizationSource(text: string | undefined): string {
  if (text === undefined) return 'let customization = {};';
  return `let customization = {};
customizing('', () => { Function('customize', 'icf', ${JSON.stringify(`'use strict';\n${text}`)})((given) => { customization = given ?? {}; }, icf); });`;
}

type Hook = (name: string, bindings: ScriptBindings, call: Call) => Promise<IcfValue>;

/** Calls a function the customizer has defined; null where it has not. */
export function customizerHook(engine: ScriptEngine, config: RestConfig): Hook {
  return async (name, bindings, call) => {
    const limit = AbortSignal.timeout(HOOK_TIME);
    const signal = anySignal(call.signal, limit);
    try {
      return await engine.run({
        slot: SLOT, kind: 'test', bindings, signal, variables: new Map<string, IcfValue>([['configuration', configurationValue(config, { properties, secrets })]]),
        text: `return customization.${name} ? await customization.${name}({ configuration, customConfiguration, connection, propertyBag }) : null;`,
      }, call);
    } catch (error) {
      if (!limit.aborted || call.signal.aborted) throw error;
      throw new ConnectorError('operationTimeout', `The ${name} of the customizer script had not ended after ${HOOK_TIME} ms.`, { cause: error, outcome: 'notApplied' });
    }
  };
}

type Given = ReadonlyMap<IcfValue, IcfValue>;

function refuse(what: string): never {
  throw new ConnectorError('configuration', `The init of the customizer script answered ${what}.`);
}

function mapOf(given: IcfValue | undefined, what: string): Given {
  if (given === undefined || given === null) return new Map();
  return given instanceof Map ? given : refuse(`${what} that is no object`);
}

function numberOf(given: IcfValue | undefined, what: string): number | undefined {
  if (given === undefined || given === null) return undefined;
  return typeof given === 'number' && given > 0 ? given : refuse(`${what} that is no number above 0`);
}

/**
 * What `init` says of the client: `{connections, timeouts: {connect, answer}, headers, certificates, clientCertificate: {certificate, key},
 * proxy: {address, username, password}}`, each of which may be left out. Times in milliseconds, certificates as PEM.
 */
export function clientSettings(given: IcfValue): Partial<HttpSettings> {
  const own = mapOf(given, 'something');
  const timeouts = mapOf(own.get('timeouts'), 'timeouts');
  const certificates = own.get('certificates') ?? null;
  if (certificates !== null && !Array.isArray(certificates)) refuse('certificates that are no list');
  const client = own.get('clientCertificate') ?? null;
  const pair = mapOf(client, 'a clientCertificate');
  return {
    connections: numberOf(own.get('connections'), 'connections'),
    timeouts: { connect: numberOf(timeouts.get('connect'), 'a timeout'), answer: numberOf(timeouts.get('answer'), 'a timeout') },
    headers: new Map([...mapOf(own.get('headers'), 'headers')].map(([name, value]) => [plainText(name), plainText(value)])),
    certificates: (certificates ?? []).map((certificate: IcfValue) => plainText(certificate)),
    ...(client === null ? {} : { clientCertificate: { cert: plainText(pair.get('certificate') ?? ''), key: plainText(pair.get('key') ?? '') } }),
    ...proxySettings(own.get('proxy')),
  };
}

function proxySettings(given: IcfValue | undefined): Pick<HttpSettings, 'proxy'> {
  if (given === undefined || given === null) return {};
  const proxy = mapOf(given, 'a proxy');
  const address = proxy.get('address');
  if (typeof address !== 'string' || !URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) return refuse('a proxy without an address that begins with http: or https:');
  const user = proxy.get('username');
  return { proxy: { address: new URL(address), authorization: user === undefined || user === null ? undefined : `Basic ${Buffer.from(`${plainText(user)}:${plainText(proxy.get('password') ?? '')}`).toString('base64')}` } };
}

/** Tokens of the customizer's `accessToken`, which answers `{access_token, expires_in}` or the token itself. */
export function customTokens(hook: Hook, bindings: () => ScriptBindings, call: (signal: AbortSignal) => Call): TokenSource {
  return async (signal) => tokenOf(await hook('accessToken', bindings(), call(signal)));
}

function tokenOf(given: IcfValue): AccessToken {
  const own = given instanceof Map ? given as Given : undefined;
  const token = own === undefined ? given : own.get('access_token') ?? null;
  if (!(typeof token === 'string' || token instanceof GuardedString)) throw new ConnectorError('invalidCredential', 'The accessToken of the customizer script answered without an access_token.', { outcome: 'notApplied' });
  const expires = own?.get('expires_in');
  return { token: plainText(token), expiresIn: typeof expires === 'number' ? expires : undefined };
}

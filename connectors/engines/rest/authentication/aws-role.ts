import { ConnectorError, GuardedString } from '../../../../protocol/model/index.js';
import type { Clock } from '../../../framework/clock.js';
import type { HttpAnswer, HttpRequest } from '../../http/http-client.js';
import { RenewedValue } from '../../http/renewed-value.js';
import { askForToken, type TokenClient } from '../../http/token-answer.js';
import { signedHeaders, type AwsKeySource, type AwsKeys } from './aws-signature.js';

export interface AwsRoleSettings {
  readonly client: TokenClient;
  /** Fires when the configuration is given up. */
  readonly over: AbortSignal;
  /** Of the user who assumes the role. */
  readonly keys: AwsKeys;
  readonly roleArn: string;
  /** Shown in CloudTrail: 2 to 64 letters, digits and `+=,.@_-`. @default causeway */
  readonly sessionName?: string | undefined;
  /** Seconds, 900 to 43,200, and no more than the role permits. @default 3600 */
  readonly duration?: number | undefined;
  readonly externalId?: string | undefined;
  readonly region: string;
  /** @default the region's own */
  readonly endpoint?: URL | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

const VERSION = '2011-06-15';
const KINDS: ReadonlyMap<string, 'permissionDenied' | 'configuration'> = new Map([['AccessDenied', 'permissionDenied'], ['ValidationError', 'configuration'], ['RegionDisabledException', 'configuration']]);
const BUSY: ReadonlySet<string> = new Set(['Throttling', 'ThrottlingException', 'RequestLimitExceeded']);

/** Temporary keys by AssumeRole: https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export function awsRole(settings: AwsRoleSettings): AwsKeySource {
  const keys = new RenewedValue((signal) => assume(settings, signal), settings.over, settings.clock);
  return {
    get: (signal) => keys.get(signal),
    drop: (accessKeyId) => {
      keys.drop((current) => current.accessKeyId === accessKeyId);
      return true;
    },
  };
}

/** https://docs.aws.amazon.com/general/latest/gr/sts.html */
export function regionalStsAddress(region: string): URL {
  return new URL(`https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`);
}

async function assume(settings: AwsRoleSettings, signal: AbortSignal): Promise<{ readonly value: AwsKeys; readonly expiresIn: number }> {
  const { client, keys, roleArn, sessionName = 'causeway', duration = 3600, externalId, region, endpoint = regionalStsAddress(region), now = Date.now } = settings;
  const form = new URLSearchParams({ Action: 'AssumeRole', Version: VERSION, RoleArn: roleArn, RoleSessionName: sessionName, DurationSeconds: String(duration) });
  if (externalId !== undefined) form.set('ExternalId', externalId);
  const contentType = 'application/x-www-form-urlencoded';
  const request: HttpRequest = { method: 'POST', url: endpoint, headers: new Map([['content-type', contentType]]), body: { bytes: new TextEncoder().encode(form.toString()), contentType } };
  const credentials = await signedHeaders(request, keys, { region, service: 'sts', date: new Date(now()) });
  const answer = await askForToken(client, { ...request, headers: new Map([...request.headers, ...credentials]) }, signal);
  const text = new TextDecoder().decode(answer.body);
  if (answer.status !== 200) throw refused(answer, text, roleArn, endpoint);
  const [accessKeyId, secretKey, sessionToken, expiration] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'].map((name) => elementOf(text, name));
  const until = Date.parse(expiration ?? '');
  if (accessKeyId === undefined || secretKey === undefined || sessionToken === undefined || Number.isNaN(until)) {
    throw new ConnectorError('connector', `${endpoint.origin} answered AssumeRole without temporary keys. Check the address of the service.`, { outcome: 'notApplied' });
  }
  // The clocks may differ by minutes: no longer than was asked for.
  const expiresIn = Math.min(duration, Math.max(0, (until - now()) / 1_000));
  return { value: { accessKeyId, secretKey: new GuardedString(secretKey), sessionToken: new GuardedString(sessionToken) }, expiresIn };
}

/** The text of a leaf of the answer, which none of AWS's keys and tokens has an entity in. By position: it may be a secret. */
function elementOf(xml: string, name: string): string | undefined {
  const begin = xml.indexOf(`<${name}>`);
  const end = xml.indexOf(`</${name}>`, begin);
  return begin < 0 || end < 0 ? undefined : xml.slice(begin + name.length + 2, end).trim();
}

const ENTITIES: ReadonlyMap<string, string> = new Map([['&lt;', '<'], ['&gt;', '>'], ['&quot;', '"'], ['&apos;', '\''], ['&#39;', '\''], ['&amp;', '&']]);
/** Words of an error, which hold no secret. */
const wordsOf = (xml: string, name: string): string => (elementOf(xml, name) ?? '').slice(0, 300).replaceAll(/&[a-z#\d]{2,4};/g, (entity) => ENTITIES.get(entity) ?? entity);

const ADVICE = {
  retryable: 'Try again later.',
  permissionDenied: 'Let the user assume the role, in the role\'s trust policy and the user\'s own.',
  configuration: 'Correct the role, the life of its keys or the region.',
  invalidCredential: 'Check the access key and its secret, and the clock of this machine.',
};

function refused({ status }: HttpAnswer, text: string, roleArn: string, { origin }: URL): ConnectorError {
  const code = wordsOf(text, 'Code');
  const said = [code, wordsOf(text, 'Message')].filter((part) => part !== '').join(': ');
  const kind = status === 429 || status >= 500 || BUSY.has(code) ? 'retryable' : code === '' ? 'configuration' : KINDS.get(code) ?? 'invalidCredential';
  const advice = kind === 'configuration' && code === '' ? 'That is no answer of the Security Token Service: correct its address, or see what stands in between.' : ADVICE[kind];
  return new ConnectorError(kind, `${origin} does not let the role ${roleArn} be assumed: it answered ${status}${said === '' ? '' : ` (${said})`}. ${advice}`, { outcome: 'notApplied' });
}

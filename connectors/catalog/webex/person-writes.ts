import { ConnectorError, type Uid } from '../../../protocol/model/index.js';
import {
  elementsAt, isJsonObject, objectsAt, refuse, requireObject, textAt, type Json, type JsonObject, type RestAnswer, type RestCall, type Written,
} from '../../engines/rest/index.js';
import { settableNumbers } from './schema.js';

/** What Webex gives and does not take back; the nickname it makes of the first name. https://developer.webex.com/docs/api/v1/people/update-a-person */
const READ_ONLY = new Set(['id', 'nickName', 'created', 'lastModified', 'timezone', 'lastActivity', 'sipAddresses', 'xmppFederationJid', 'status', 'invitePending', 'loginEnabled', 'type']);

const isGiven = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

/** What Webex asks of extensions and locations, before anything is sent. A location that goes with an extension the person has is checked once that is read. */
export function checkPerson({ object }: Written, operation: 'create' | 'update'): void {
  if (!isGiven(object['locationId'])) return;
  if (isGiven(object['phoneNumbers'])) refuse('locationId and phoneNumbers cannot be given together; Webex takes one of them.');
  if (operation === 'create' || object['extension'] === '') requireExtension(object);
}

function requireExtension({ locationId, extension }: JsonObject): void {
  if (isGiven(locationId) && !isGiven(extension)) refuse('locationId needs an extension; give it as well.');
}

/** An update takes the whole person: what does not change is read, and sent again. */
export async function updatePerson(call: RestCall, uid: Uid, { object }: Written): Promise<JsonObject | undefined> {
  const person = requireObject(await call.send('GET /people/{uid}?callingData=true', { variables: { uid: uid.value }, uid: uid.value }), 'The answer to GET /people');
  const kept: JsonObject = Object.fromEntries(Object.entries(person).filter(([name]) => !READ_ONLY.has(name)));
  const { phoneNumbers, ...rest } = kept;
  const numbers = isGiven(object['locationId']) || !Array.isArray(phoneNumbers) ? [] : settableNumbers(phoneNumbers as readonly Json[]);
  const whole: JsonObject = { licenses: [], ...rest, ...(numbers.length === 0 ? {} : { phoneNumbers: numbers }), ...object };
  if (object['locationId'] !== undefined) requireExtension(whole);
  const { locationId, ...elsewhere } = whole;
  const body = isGiven(object['phoneNumbers']) ? elsewhere : { ...elsewhere, ...(locationId === undefined ? {} : { locationId }) };
  // Sites where the person attends are left alone unless they are what changes.
  const query = { callingData: true, ...(object['siteUrls'] === undefined ? {} : { showAllTypes: true }) };
  const answer = await call.send('PUT /people/{uid}', { variables: { uid: uid.value }, uid: uid.value, query, json: body });
  return isJsonObject(answer) ? answer : undefined;
}

/** Webex refuses a request with 400 that made the person all the same, but for what is wrong with it. https://developer.webex.com/docs/api/v1/people/create-a-person */
export async function createPerson(call: RestCall, { object }: Written): Promise<JsonObject> {
  try {
    return requireObject(await call.send('POST /people', { query: { callingData: true }, json: object }), 'The answer to POST /people', 'unknown');
  } catch (error) {
    if (!(error instanceof ConnectorError) || error.kind !== 'invalidAttributeValue') throw error;
    const made = await madeAllTheSame(call, object);
    if (made === undefined) throw error;
    call.log.warn({ uid: textAt(made, 'id') }, `A person was created without what Webex refused: ${error.message}`);
    return made;
  }
}

/** Milliseconds; one that is older is another person. */
const JUST_NOW = 120_000;

async function madeAllTheSame(call: RestCall, { emails }: JsonObject): Promise<JsonObject | undefined> {
  const email = textAt(elementsAt(emails, '')[0], '');
  if (email === undefined) return undefined;
  const answer: RestAnswer = await call.answer('GET /people', { query: { email } });
  const found = objectsAt(answer.json, 'items');
  // By the service's own clock on both sides.
  const age = Date.parse(answer.headers.get('date') ?? '') - Date.parse(textAt(found[0], 'created') ?? '');
  return found.length === 1 && age < JUST_NOW ? found[0] : undefined;
}

import { ConnectorError, type IcfValue } from '../../../protocol/model/index.js';
import { icfValue, requireObject, type JsonObject, type OwnScripts } from '../../engines/rest/index.js';
import type { ScriptRequest } from '../../framework/spi.js';
import type { GraphConfig } from './config.js';
import type { GraphCall } from './reading.js';

/** The argument that names an action; a script with it is never run, whatever it says. */
const ACTION = 'builtinAction';

const argument = ({ scriptArguments }: ScriptRequest, name: string): string | undefined => {
  const value = scriptArguments.get(name);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
};

function refuse(message: string): never {
  throw new ConnectorError('illegalArgument', message, { outcome: 'notApplied' });
}

/** Scripts on the connector whose arguments name a built-in action: `addPassword` is the only one. */
export const builtInActions: OwnScripts<GraphConfig> = {
  is: ({ scriptArguments }) => scriptArguments.has(ACTION),
  async run(call, request) {
    const action = argument(request, ACTION);
    return action === 'addPassword' ? addPassword(call, request) : refuse(`There is no built-in action '${action ?? ''}'. ${ACTION} can be addPassword.`);
  },
};

/**
 * A new client secret, which nobody can read again (https://learn.microsoft.com/en-us/graph/api/application-addpassword and
 * serviceprincipal-addpassword). Answers `secretText`, `hint`, `keyId`, `displayName`, and the two times taken apart.
 */
async function addPassword(call: GraphCall, request: ScriptRequest): Promise<IcfValue> {
  const [application, principal, displayName] = ['applicationId', 'servicePrincipalId', 'displayName'].map((name) => argument(request, name));
  if ((application === undefined) === (principal === undefined)) refuse('addPassword needs applicationId or servicePrincipalId, and not both.');
  const uid = application ?? principal;
  const json = { passwordCredential: displayName === undefined ? {} : { displayName } };
  const answer = await call.send(application === undefined ? 'POST /servicePrincipals/{uid}/addPassword' : 'POST /applications/{uid}/addPassword', { variables: { uid }, uid, json });
  const { secretText = null, hint = null, keyId = null, displayName: name = null, startDateTime, endDateTime }: JsonObject = requireObject(answer, 'The answer to addPassword', 'applied');
  return icfValue({ secretText, hint, keyId, displayName: name, startDateTime: timeParts(startDateTime), endDateTime: timeParts(endDateTime) });
}

/** As Java's OffsetDateTime becomes JSON, field by field, in UTC. */
function timeParts(text: unknown): JsonObject | null {
  const [, seconds = '', fraction = ''] = typeof text === 'string' ? /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\d*Z$/.exec(text) ?? [] : [];
  const time = new Date(`${seconds}Z`);
  if (seconds === '' || Number.isNaN(time.getTime())) return null;
  return {
    dateTime: {
      date: { year: time.getUTCFullYear(), month: time.getUTCMonth() + 1, day: time.getUTCDate() },
      time: { hour: time.getUTCHours(), minute: time.getUTCMinutes(), second: time.getUTCSeconds(), nano: Number(fraction.padEnd(9, '0')) },
    },
    offset: { totalSeconds: 0 },
  };
}

import { GROUP } from '../../../protocol/model/index.js';
import type { Call, DeleteRequest } from '../../framework/spi.js';
import { carryOut, type RacfSession } from './connection.js';
import { profileClass } from './profiles.js';
import { TsoCommand, profileName } from './tso/command.js';

export async function remove(session: RacfSession, request: DeleteRequest, call: Call): Promise<void> {
  const verb = profileClass(request.objectClass) === GROUP ? 'DELGROUP' : 'DELUSER';
  await carryOut(session, [new TsoCommand(verb, profileName(request.uid.value, '__UID__'))], call.signal);
}

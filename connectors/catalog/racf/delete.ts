import { GROUP } from '../../../protocol/model/index.js';
import type { Call, DeleteRequest } from '../../framework/spi.js';
import { carryOut, type RacfSession } from './connection.js';
import { profileClass, requireName } from './profiles.js';
import { TsoCommand } from './tso/command.js';

export async function remove(session: RacfSession, request: DeleteRequest, call: Call): Promise<void> {
  const [verb, what] = profileClass(request.objectClass) === GROUP ? ['DELGROUP', 'group'] : ['DELUSER', 'user'];
  await carryOut(session, [new TsoCommand(verb, requireName(request.uid.value, what))], call.signal);
}

import { ACCOUNT, ConnectorError, GROUP } from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import { profileName } from './cl/command.js';
import { profileRow } from './search.js';
import type { As400Session } from './session.js';

/** The session is signed on and has run a command; whether the administrator may read user profiles shows here. */
export async function test(session: As400Session, call: Call): Promise<void> {
  const name = profileName(session.config.userName, 'userName');
  const row = await profileRow(session, ACCOUNT, name, call.signal) ?? await profileRow(session, GROUP, name, call.signal);
  if (row === undefined) throw new ConnectorError('permissionDenied', `The administrator ${name} does not see its own user profile in QSYS2.USER_INFO_BASIC. Grant it *OBJOPR and *READ to the user profiles it manages.`);
}

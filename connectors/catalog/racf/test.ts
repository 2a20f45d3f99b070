import { ConnectorError } from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import type { RacfSession } from './connection.js';
import { listGroups, requireUser } from './profiles.js';

/**
 * Signs on, and lists the administrator's own profile and default group with the segments of the configuration: the API
 * answers, the credentials are good, LISTUSER, LISTGRP and the segments may be used. Nothing is changed.
 */
export async function test(session: RacfSession, call: Call): Promise<void> {
  const administrator = await requireUser(session, session.config.userId.trim(), call.signal);
  if (administrator.attributes.includes('REVOKED')) throw new ConnectorError('invalidCredential', `The RACF administrator ${administrator.userId} is revoked.`);
  if (administrator.defaultGroup !== undefined) await listGroups(session, [administrator.defaultGroup], call.signal);
}

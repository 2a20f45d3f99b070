import teamdynamix from '../../../connectors/catalog/teamdynamix/index.js';
import { GuardedString, type IcfValue } from '../../../protocol/model/index.js';
import { ConnectorCaller } from '../../support/connector-caller.js';
import type { TestedService } from '../../support/tested-service.js';
import { FakeTeamDynamix } from './fake.js';

export function configuration(fake: FakeTeamDynamix, changes: Readonly<Record<string, IcfValue>> = {}): Record<string, IcfValue> {
  return { serviceUri: `${fake.service.origin}/TDWebApi`, beid: fake.beid, webServicesKey: new GuardedString(fake.webServicesKey), ...changes };
}

export function callerFor(fake: FakeTeamDynamix, changes: Readonly<Record<string, IcfValue>> = {}): ConnectorCaller {
  return new ConnectorCaller(teamdynamix, configuration(fake, changes));
}

export const TEAMDYNAMIX: TestedService<FakeTeamDynamix> = { connector: teamdynamix, start: () => FakeTeamDynamix.start(), configuration };

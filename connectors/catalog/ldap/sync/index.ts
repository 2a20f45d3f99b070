import { GROUP, OperationOptions, type SyncToken } from '../../../../protocol/model/index.js';
import type { Call, Changes, SyncRequest } from '../../../framework/spi.js';
import type { LdapSession } from '../connection.js';
import { ldapClasses } from '../filter.js';
import { chooseStrategy } from './choose-strategy.js';
import { changeLogStrategy } from './changelog/change-log-strategy.js';
import type { SyncRun, SyncStrategy } from './strategy.js';

/** The default of objectClassesToSynchronize has accounts only, which makes a sync of groups silently empty. */
function warnOfUnlistedGroups({ session: { config, log }, objectClass }: SyncRun, strategy: SyncStrategy): void {
  if (strategy !== changeLogStrategy || objectClass !== GROUP || config.objectClassesToSynchronize.length === 0) return;
  const listed = new Set(config.objectClassesToSynchronize.map((name) => name.toLowerCase()));
  if (ldapClasses(GROUP, config).some((name) => listed.has(name.toLowerCase()))) return;
  log.warn({ objectClassesToSynchronize: config.objectClassesToSynchronize }, 'No change of a group will be reported: objectClassesToSynchronize lists no class of groupObjectClasses.');
}

/** Changes after a token, oldest first; the return value is the token to go on from. See choose-strategy for how they are found. */
export async function* sync(session: LdapSession, request: SyncRequest, call: Call): Changes {
  const run: SyncRun = { session, objectClass: request.objectClass, options: request.options, signal: call.signal };
  const strategy = await chooseStrategy(run, request.token);
  call.log.debug({ objectClass: request.objectClass, strategy: strategy.name }, 'Looking for changes.');
  warnOfUnlistedGroups(run, strategy);
  return yield* strategy.changes(run, request.token);
}

/** The token of now: only later changes are reported from it. */
export async function latestSyncToken(session: LdapSession, objectClass: string, call: Call): Promise<SyncToken> {
  const run: SyncRun = { session, objectClass, options: OperationOptions.none, signal: call.signal };
  return await (await chooseStrategy(run, null)).latestToken(run);
}

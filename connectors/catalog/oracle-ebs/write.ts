import { ENABLE, NAME, Uid } from '../../../protocol/model/index.js';
import type { SqlText } from '../../engines/sql/sql-text.js';
import { inTransaction } from '../../engines/sql/transaction.js';
import type { Call, CreateRequest, UpdateRequest } from '../../framework/spi.js';
import { findAccount, findAccountByName } from './account.js';
import { assignmentCalls, changeCalls } from './changes.js';
import type { EbsSession } from './connection.js';
import { toConnectorError } from './errors.js';
import { requireAccount } from './object-classes.js';
import { refuse, wantedAccount } from './request-values.js';
import { createUser, disableUser } from './user-package.js';

/** The EBS user changes are made for. Where the database user is none of EBS, FND_LOAD_UTIL takes it for nobody in particular. */
function ownerOf({ config }: EbsSession): string {
  return (config.username ?? '').toUpperCase();
}

/** The calls as one transaction: FND_USER_PKG commits nothing by itself, so a change is made as a whole or not at all. */
async function asOne<T>({ connection }: EbsSession, signal: AbortSignal, work: (run: (statement: SqlText) => Promise<void>) => Promise<T>): Promise<T> {
  return await inTransaction(connection, signal, () => work(async (statement) => {
    try {
      await connection.execute(statement, signal);
    } catch (error) {
      // EBS's own words before the engine's: what APP_EXCEPTION raised is no error of the database.
      throw signal.aborted ? error : toConnectorError(error) ?? error;
    }
  }));
}

/** Creates an account with all it is given. Its responsibilities are assigned with it, or nothing is created. */
export async function create(session: EbsSession, request: CreateRequest, { signal }: Call): Promise<Uid> {
  requireAccount(request.objectClass, 'create');
  const wanted = wantedAccount(request.attributes);
  const { name, password } = wanted;
  if (name === undefined) return refuse(`a new account needs ${NAME}, its user name.`);
  if (wanted.readOnly.size > 0) refuse(`${[...wanted.readOnly.keys()].map(({ attribute }) => attribute).join(', ')} cannot be set: EBS does.`);
  if (await findAccountByName(session, name, signal) !== undefined) refuse(`there is an account ${name} already.`, 'alreadyExists');
  const assignments = assignmentCalls(name, [], wanted.responsibilities);
  return await asOne(session, signal, async (run) => {
    await run(createUser({ name, owner: ownerOf(session), password: password?.reveal(), values: wanted.values }));
    for (const statement of assignments) await run(statement);
    const account = await findAccountByName(session, name, signal);
    if (account === undefined) return refuse(`FND_USER does not show the account ${name} that was created; nothing was kept.`);
    if (wanted.enabled === false && account.isEnabled) await run(disableUser(name));
    if (wanted.enabled === true && !account.isEnabled) refuse(`${ENABLE} is true, but today is not within START_DATE and END_DATE of the new account ${name}.`);
    return new Uid(account.userId);
  });
}

/** Changes what the request names and nothing else. */
export async function update(session: EbsSession, request: UpdateRequest, { signal }: Call): Promise<Uid> {
  requireAccount(request.objectClass, 'update');
  const wanted = wantedAccount(request.attributes);
  const account = await findAccount(session, request.uid.value, signal);
  if (account === undefined) return refuse(`there is no account with the USER_ID ${request.uid.value}.`, 'unknownUid');
  if (wanted.name !== undefined && wanted.name !== account.name && await findAccountByName(session, wanted.name, signal) !== undefined) {
    refuse(`${account.name} cannot be renamed: there is an account ${wanted.name} already.`, 'alreadyExists');
  }
  const calls = changeCalls(account, wanted, ownerOf(session));
  if (calls.length > 0) await asOne(session, signal, async (run) => { for (const statement of calls) await run(statement); });
  return new Uid(account.userId);
}

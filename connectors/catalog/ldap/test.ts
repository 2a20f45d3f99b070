import { ConnectorError } from '../../../protocol/model/index.js';
import type { Call } from '../../framework/spi.js';
import type { LdapSession } from './connection.js';

/**
 * Connection and credentials have been tried when there is a session; this looks at the rest of what the configuration
 * refers to: the root DSE and every base context.
 */
export async function test(session: LdapSession, call: Call): Promise<void> {
  const { directory, config } = session;
  await directory.rootDse(call.signal);
  for (const [name, bases] of [['baseContexts', config.baseContexts], ['baseContextsToSynchronize', config.baseContextsToSynchronize]] as const) {
    for (const base of bases) {
      if (await directory.read(base, [], call.signal) !== undefined) continue;
      throw new ConnectorError('configuration', `The ${name} entry "${base}" does not exist at ${directory.url}, or the principal may not see it.`);
    }
  }
}

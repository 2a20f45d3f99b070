import { ConnectorError } from '../../../protocol/model/index.js';
import type { LdapSession } from './connection.js';
import type { Entry } from './directory/contract.js';
import { CONTROL, type RequestControl } from './directory/request.js';
import { resultCodeOf } from './errors.js';

const NO_SUCH_OBJECT = 32;

export interface BaseSearch {
  /** A configured base context, unless `mayBeMissing`. */
  readonly base: string;
  readonly filter: string;
  readonly attributes: readonly string[];
  /** `sub` unless said. */
  readonly scope?: 'one' | 'sub';
  readonly limit?: number;
  /** In pages even without useBlocks. */
  readonly paged?: boolean;
  /** Sent along. */
  readonly controls?: readonly RequestControl[];
  /** The base is an entry that may have gone meanwhile: nothing is found below it then. */
  readonly mayBeMissing?: boolean;
}

/**
 * Every entry below a base context that matches: in pages with useBlocks, where the server has them (RFC 2696). A base that
 * does not exist is a fault of the configuration, not an empty answer and not an unknown uid.
 */
export async function* searchBelow(session: LdapSession, search: BaseSearch, signal: AbortSignal): AsyncGenerator<Entry, void, void> {
  const { directory, config } = session;
  const { mayBeMissing = false, paged: inPages = false, ...below } = search;
  const paged = (config.useBlocks || inPages) && search.limit === undefined && (await directory.rootDse(signal)).supportedControls.has(CONTROL.pagedResults);
  try {
    yield* directory.search({ scope: 'sub', ...below, pageSize: paged ? config.blockSize : undefined }, signal);
  } catch (error) {
    if (resultCodeOf(error) !== NO_SUCH_OBJECT) throw error;
    if (mayBeMissing) return;
    throw new ConnectorError('configuration', `The base context "${search.base}" does not exist at ${directory.url}, or its principal may not see it. Correct baseContexts or baseContextsToSynchronize.`, { cause: error });
  }
}

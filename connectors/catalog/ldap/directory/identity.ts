import { ConnectorError } from '../../../../protocol/model/index.js';
import type { LdapConfig } from '../config.js';
import { resultCodeOf } from '../errors.js';
import { extended } from './request.js';
import type { EntryBatches } from './search-loop.js';
import type { LdapWire } from './wire.js';

const NO_SUCH_OBJECT = 32;

/** RFC 4532. */
export const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

/** Whether connections of a configuration are anybody's in particular. */
export function isAuthenticated({ authType, principal }: LdapConfig): boolean {
  return ['EXTERNAL', 'SASL-GSSAPI'].includes(authType.trim().toUpperCase()) || (principal !== null && principal.trim() !== '');
}

/**
 * Who the server takes a connection for. A connection that was bound may be somebody else's, or nobody's, later on without having
 * been lost: behind a proxy or balancer that has changed servers, or on a server that has dropped the bind. It then sees less,
 * perhaps nothing, and says so as if that were all there is.
 */
export class BoundIdentities {
  readonly #known = new WeakMap<LdapWire, string>();

  /** A search that ends, or finds nothing, only where the server still knows who asks. `whole`: what it leaves out would count as gone. */
  async* guard(entries: EntryBatches, wire: LdapWire, whole: boolean, signal: AbortSignal): EntryBatches {
    if (whole && !this.#known.has(wire)) await this.confirm(wire, signal);
    let count = 0;
    try {
      for (;;) {
        const step = await entries.next();
        if (step.done === true) {
          if (whole || count === 0) await this.confirm(wire, signal);
          return step.value;
        }
        count += step.value.length;
        yield step.value;
      }
    } catch (error) {
      if (resultCodeOf(error) === NO_SUCH_OBJECT) await this.confirm(wire, signal);
      throw error;
    } finally {
      await entries.return(undefined as never);
    }
  }

  /** Throws `connectionBroken`, with the connection cut, when it is nobody's or another's than before. */
  async confirm(wire: LdapWire, signal: AbortSignal): Promise<void> {
    const { result, value } = await wire.request(extended(WHO_AM_I), [], signal);
    const now = result.code === 0 ? Buffer.from(value ?? []).toString('utf8') : undefined;
    const before = this.#known.get(wire);
    if (before === undefined && now !== '') {
      // A server that will not tell this principal never has.
      this.#known.set(wire, now ?? UNTOLD);
      return;
    }
    if (before === UNTOLD || (now !== '' && before === now)) return;
    const error = new ConnectorError('connectionBroken', `The server ${wire.url} no longer knows who asks: it takes this connection for ${nameOf(now)}, which was bound as ${before === undefined ? 'the configuration says' : nameOf(before)}. `
      + 'What it shows may be less than there is, so nothing of it counts. If there is a proxy or load balancer in front of it, let that keep each connection with one server.');
    wire.destroy(error);
    throw error;
  }
}

/** No authorization identity begins so. */
const UNTOLD = '?';

function nameOf(identity: string | undefined): string {
  if (identity === undefined) return 'somebody it does not tell';
  return identity === '' ? 'an anonymous one' : `"${identity}"`;
}

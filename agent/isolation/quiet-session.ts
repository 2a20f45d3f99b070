import type { SessionLog } from '../../protocol/session/contract.js';

/** Sessions with processes come and go without anybody having to know; what is wrong with them is said. */
export function quietLog(log: SessionLog): SessionLog {
  return {
    debug: (fields, message) => { log.debug(fields, message); },
    info: (fields, message) => { log.debug(fields, message); },
    warn: (fields, message) => { log.warn(fields, message); },
    error: (fields, message) => { log.error(fields, message); },
  };
}

import type { ConnectorLog } from '../spi.js';

/** A log whose every line carries the labels. */
export function labelledLog(log: ConnectorLog, labels: object): ConnectorLog {
  return {
    debug: (fields, message) => log.debug({ ...labels, ...fields }, message),
    info: (fields, message) => log.info({ ...labels, ...fields }, message),
    warn: (fields, message) => log.warn({ ...labels, ...fields }, message),
    error: (fields, message) => log.error({ ...labels, ...fields }, message),
  };
}

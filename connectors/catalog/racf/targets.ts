import type { ConnectorTarget } from '../../../protocol/model/index.js';
import type { RacfConfig } from './config.js';

/** z/OS, and the proxy on the way to it. */
export function targets({ hostName, port, httpProxyHost, httpProxyPort }: RacfConfig): readonly ConnectorTarget[] {
  return [
    { host: hostName, port },
    ...(httpProxyHost === null || httpProxyPort === null ? [] : [{ host: httpProxyHost, port: httpProxyPort }]),
  ];
}

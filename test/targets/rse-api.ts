import type { ZosApi } from './zos-rest.js';

/**
 * The Remote System Explorer API's TSO service, for RSE API 1.0.1 and later: method, path, query parameter and the answer's `output`
 * as IBM's own client sends and reads them (function `IssueCommand.tsoCommand` of the npm package @ibm/rse-api-for-zowe-cli 6.7.1;
 * its help says that the text goes up to the READY prompt). The address holds the whole command, so one that is very long is
 * refused as by the server's Tomcat, whose request line and headers may have 8 KiB. Signing on for a token: `AuthLogin.getToken` there.
 */
export const RSE_API: ZosApi = {
  method: 'PUT',
  path: '/rseapi/api/v1/tso',
  longestAddress: 8192,
  signOn: { path: '/rseapi/api/v1/auth/login', credentialsIn: ({ userid, password }) => `${String(userid).toUpperCase()}:${String(password)}` },
  commandIn: ({ query }) => query.get('command') ?? undefined,
  answer: (lines) => ({ output: [...lines, ''].join('\n') }),
};

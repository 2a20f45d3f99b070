import type { ZosApi } from './zos-rest.js';

/**
 * "Issue a TSO/E command with z/OSMF REST API": method, path, header, body and answer as published in the z/OSMF Programming Guide,
 * https://www.ibm.com/docs/en/zos/2.5.0?topic=services-issue-tsoe-command-zosmf-rest-api, and as the Zowe SDK has them
 * (https://github.com/zowe/zowe-cli, packages/zostso, `IIssueTsoCmdResponse`; servletKey comes with stateful commands only).
 * Requests without X-CSRF-ZOSMF-HEADER are refused, as z/OSMF does.
 */
export const ZOSMF: ZosApi = {
  method: 'PUT',
  path: '/zosmf/tsoApp/v1/tso',
  commandIn: ({ body: { tsoCmd, cmdState, maxWaitTime }, headers }) =>
    (headers['x-csrf-zosmf-header'] !== undefined && typeof tsoCmd === 'string' && cmdState === 'stateless' && Number(maxWaitTime) >= 1 && Number(maxWaitTime) <= 300 ? tsoCmd : undefined),
  answer: (lines) => ({ cmdResponse: [...lines, 'READY '].map((message) => ({ message })), tsoPromptReceived: 'Y', keywordDetected: 'N' }),
};

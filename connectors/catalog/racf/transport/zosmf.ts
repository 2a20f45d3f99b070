import { ConnectorError } from '../../../../protocol/model/index.js';
import type { TsoCommand } from '../tso/command.js';
import { refusedAnswer, type HttpAnswer, type HttpClient } from './http-client.js';
import { withoutPrompts, type TsoService } from './tso-service.js';

/**
 * "Issue a TSO/E command with z/OSMF REST API", z/OSMF Programming Guide:
 * https://www.ibm.com/docs/en/zos/2.5.0?topic=services-issue-tsoe-command-zosmf-rest-api; the answer's fields also in the type
 * `IIssueTsoCmdResponse` of @zowe/zos-tso-for-zowe-sdk.
 */
const PATH = '/zosmf/tsoApp/v1/tso';
/** The longest z/OSMF collects output, in seconds. */
const LONGEST_WAIT = 300;
const API = `z/OSMF (${PATH})`;

export const ZOSMF_HEADERS = { 'x-csrf-zosmf-header': 'causeway' } as const;

interface ZosmfAnswer {
  readonly cmdResponse?: readonly { readonly message?: string }[];
  /** `Y`: the command has ended and TSO waits for the next. */
  readonly tsoPromptReceived?: string;
}

function linesOf(answer: HttpAnswer, command: TsoCommand): readonly string[] {
  const { cmdResponse, tsoPromptReceived } = (answer.body ?? {}) as ZosmfAnswer;
  if (!Array.isArray(cmdResponse)) throw new ConnectorError('connectorIo', `${API} answered ${command.toString()} without cmdResponse. Check that restApi and port lead to z/OSMF.`, { outcome: 'unknown' });
  if (tsoPromptReceived?.toUpperCase() !== 'Y') {
    throw new ConnectorError('operationTimeout', `${API} did not see the end of ${command.toString()} within ${LONGEST_WAIT} seconds. Look at the profile before it is repeated.`, { outcome: 'unknown' });
  }
  return cmdResponse.flatMap(({ message }: { readonly message?: string }) => (message ?? '').split('\n'));
}

/** TSO commands through z/OSMF, each in an address space that z/OSMF takes from its own pool. */
export function zosmf(client: HttpClient): TsoService {
  return {
    async run(command, signal) {
      const answer = await client.send('PUT', PATH, { tsoCmd: command.reveal(), cmdState: 'stateless', maxWaitTime: LONGEST_WAIT }, signal);
      const refused = refusedAnswer(answer, API, command);
      if (refused !== undefined) throw refused;
      return withoutPrompts(linesOf(answer, command), command);
    },
    close: () => client.close(),
  };
}

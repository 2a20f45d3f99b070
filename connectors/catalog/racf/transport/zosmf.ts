import { ConnectorError } from '../../../../protocol/model/index.js';
import { BasicAuthentication } from '../../../engines/http/http-authentication.js';
import type { HttpAnswer } from '../../../engines/http/http-client.js';
import type { OpenContext } from '../../../framework/spi.js';
import type { RacfConfig } from '../config.js';
import type { TsoCommand } from '../tso/command.js';
import { withoutPrompts, type TsoService } from './tso-service.js';
import { administrator, objectOf, openZosClient, refusedAnswer } from './zos-client.js';

/**
 * "Issue a TSO/E command with z/OSMF REST API", z/OSMF Programming Guide:
 * https://www.ibm.com/docs/en/zos/2.5.0?topic=services-issue-tsoe-command-zosmf-rest-api; the answer's fields also in the type
 * `IIssueTsoCmdResponse` of @zowe/zos-tso-for-zowe-sdk.
 */
const PATH = '/zosmf/tsoApp/v1/tso';
/** The longest z/OSMF collects output, in seconds. */
const LONGEST_WAIT = 300;
const API = `z/OSMF (${PATH})`;

/** z/OSMF refuses a request without it; the value is free. */
const HEADERS = [['x-csrf-zosmf-header', 'causeway']] as const;

interface ZosmfAnswer {
  readonly cmdResponse?: readonly { readonly message?: string }[];
  /** `Y`: the command has ended and TSO waits for the next. */
  readonly tsoPromptReceived?: string;
}

function linesOf(answer: HttpAnswer, command: TsoCommand): readonly string[] {
  const { cmdResponse, tsoPromptReceived } = objectOf(answer) as ZosmfAnswer;
  if (!Array.isArray(cmdResponse)) throw new ConnectorError('connectorIo', `${API} answered ${command.toString()} without cmdResponse. Check that restApi and port lead to z/OSMF.`, { outcome: 'unknown' });
  if (tsoPromptReceived?.toUpperCase() !== 'Y') {
    throw new ConnectorError('operationTimeout', `${API} did not see the end of ${command.toString()} within ${LONGEST_WAIT} seconds. Look at the profile before it is repeated.`, { outcome: 'unknown' });
  }
  return cmdResponse.flatMap(({ message }: { readonly message?: string }) => (message ?? '').split('\n'));
}

/** TSO commands through z/OSMF, each in an address space that z/OSMF takes from its own pool. */
export async function openZosmf(config: RacfConfig, context: OpenContext): Promise<TsoService> {
  const client = await openZosClient(config, context, () => new BasicAuthentication(() => administrator(config), { preemptive: true }));
  return {
    async run(command, signal) {
      const answer = await client.send({ method: 'PUT', path: PATH, headers: HEADERS, body: { tsoCmd: command.reveal(), cmdState: 'stateless', maxWaitTime: LONGEST_WAIT } }, signal);
      const refused = refusedAnswer(answer, API, command);
      if (refused !== undefined) throw refused;
      return withoutPrompts(linesOf(answer, command), command);
    },
    close: () => client.close(),
  };
}

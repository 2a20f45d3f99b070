import { ConnectorError } from '../../../../protocol/model/index.js';
import type { HttpAnswer } from '../../../engines/http/http-client.js';
import type { OpenContext } from '../../../framework/spi.js';
import type { RacfConfig } from '../config.js';
import type { TsoCommand } from '../tso/command.js';
import { RseAuthentication } from './rse-authentication.js';
import { objectOf, openZosClient, refusedAnswer } from './zos-client.js';
import { withoutPrompts, type TsoService } from './tso-service.js';

/**
 * The TSO service of the Remote System Explorer API: PUT with the command as query parameter `command`, no body, and the text it
 * printed up to READY as `output` of the JSON that comes back. So IBM's own client, function `IssueCommand.tsoCommand` of the npm
 * package @ibm/rse-api-for-zowe-cli 6.7.1, for RSE API 1.0.1 and later. The contract itself comes with an installed server only
 * (https://host:6800/rseapi/api-docs), so that output is also understood as a list of lines, and beside `stdout`.
 */
const PATH = '/rseapi/api/v1/tso';
const API = `The RSE API (${PATH})`;

/** Text, a list of texts, or an object with one of them: what the answers of the API's services hold output in. */
function textsIn(value: unknown): readonly string[] | undefined {
  if (typeof value === 'string') return value.split(/\r?\n/);
  if (Array.isArray(value)) {
    const texts = value.map((item: unknown) => textsIn(item));
    return texts.includes(undefined) ? undefined : texts.flatMap((text) => text ?? []);
  }
  if (value === null || typeof value !== 'object') return undefined;
  const { stdout, stderr } = value as Readonly<Record<string, unknown>>;
  const parts = [stdout, stderr].filter((part) => part !== undefined && part !== null).map(textsIn);
  return parts.length === 0 || parts.includes(undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

function linesOf(answer: HttpAnswer, command: TsoCommand): readonly string[] {
  const lines = textsIn(objectOf(answer)['output']);
  if (lines === undefined) throw new ConnectorError('connectorIo', `${API} answered ${command.toString()} without output. Check that restApi and port lead to the RSE API.`, { outcome: 'unknown' });
  return lines;
}

/** The command is part of the address, whose length servers limit. */
function refusedLength({ status }: HttpAnswer): ConnectorError | undefined {
  if (status !== 414 && status !== 431) return undefined;
  return new ConnectorError('invalidAttributeValue', `${API} does not take a command that long, as it is part of the address (status ${status}). Change fewer attributes at a time, or set restApi to ZOSMF.`, { outcome: 'notApplied' });
}

/** TSO commands through the RSE API, each in an address space of its own. */
export async function openRseApi(config: RacfConfig, context: OpenContext): Promise<TsoService> {
  const client = await openZosClient(config, context, (send) => new RseAuthentication(config, send));
  return {
    async run(command, signal) {
      const answer = await client.send({ method: 'PUT', path: `${PATH}?command=${encodeURIComponent(command.reveal())}` }, signal);
      const refused = refusedLength(answer) ?? refusedAnswer(answer, API, command);
      if (refused !== undefined) throw refused;
      return withoutPrompts(linesOf(answer, command), command);
    },
    close: () => client.close(),
  };
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError as AgentConfigError } from '../../../agent/config/config-problems.js';
import { importJavaProperties } from '../../../agent/config/import-properties.js';
import { readConfig } from '../../../agent/config/load-config.js';
import { ConfigError as ControllerConfigError, parseConfig } from '../../../controller/config/load-config.js';
import { bytesOf, check, refusable, text, type FuzzTarget } from '../engine/target.js';

const example = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');
/** Comments say what a key means, not what it is. */
const bare = (yaml: string): string => yaml.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line)).join('\n');
const uncommented = (yaml: string): string => yaml.split('\n').map((line) => line.replace(/^(\s*)# ?(?=\s*[\w-]+:|\s*- )/, '$1')).join('\n');

/** As `refusable`, but the message may be long: it lists everything that is wrong with a file. */
function listing(read: () => unknown, documented: typeof AgentConfigError | typeof ControllerConfigError): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof documented)) throw error;
  }
}

/** `agent.yaml`, `controller.yaml` and `ConnectorServer.properties` are refused with every problem named, or read. */
export const target: FuzzTarget = {
  name: 'configuration',
  seeds: () => {
    const [agent, controller] = [example('agent/config/example.yaml'), example('controller/config/example.yaml')];
    return [...[agent, controller].flatMap((yaml) => [bare(yaml), uncommented(yaml)]),
      'agent: {name: a}\ncontrollers: [{url: wss://a/x}]\n', 'a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n', '<<: {a: 1}\n__proto__: {x: 1}\n', '? [a]\n: b\n',
      'connectorserver.port=8759\nconnectorserver.key=abc\\\n  def\nconnectorserver.usessl=true\n#x\nconnectorserver.url=wss\\u003a//a/openicf ws://b/\n',
    ].map(bytesOf);
  },
  words: ['&a ', '*a', '!!js/function', '!!binary', '<<: ', '---\n', '__proto__: ', '? ', '|\n', '>-\n', '\t', '0x7fffffffffff', '.inf', '.nan', '1e400', '${', '!env', '%TAG ! x', '{{{{', '[[[[['],
  bounds: { bytes: 4 * 1024, milliseconds: 600, base: 24 * 1024 * 1024, perByte: 8 * 1024 },
  run(input) {
    const given = text(input);
    // One of the two for each input: making a schema takes longer than reading a file.
    if (given.length % 2 === 0) listing(() => readConfig(given, '/etc/causeway/agent.yaml'), AgentConfigError);
    else listing(() => parseConfig(given, '/etc/causeway/controller.yaml'), ControllerConfigError);
    const imported = refusable(() => importJavaProperties(given), SyntaxError);
    check(imported === undefined || Array.isArray(imported.notes), 'an import without notes');
  },
};

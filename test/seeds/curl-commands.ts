/** One curl command of the seed text, as far as the system API cares. */
export interface CurlCommand {
  readonly line: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Below the host, `/openidm` included where it was written. */
  readonly path: string;
  readonly query: string;
  readonly body: string | undefined;
}

/** Reads the curl commands of lines `from` to `to`. What is no request to a system is left out. */
export function curlCommands(text: string, from = 1, to = Infinity): CurlCommand[] {
  const lines = text.split('\n');
  const commands: CurlCommand[] = [];
  for (let index = from - 1; index < Math.min(to, lines.length); index += 1) {
    if (!/^curl\b/.test(lines[index]!)) continue;
    const next = lines.findIndex((line, place) => place > index && /^curl\b/.test(line));
    const command = readCommand(lines.slice(index, next === -1 ? undefined : next).join('\n'), index + 1);
    if (command !== undefined) commands.push(command);
  }
  return commands;
}

/** The first command of a block of text; undefined when it is no request to a system. */
function readCommand(block: string, line: number): CurlCommand | undefined {
  const url = /["']?(https?:\/\/localhost:\d+)(\/[^\s"']*(?:"[^"\s]*"[^\s"']*)*)/.exec(block);
  if (url === null || !/^(?:\/openidm)?\/system/.test(url[2]!)) return undefined;
  const command = block.slice(0, url.index);
  const headers = Object.fromEntries([...command.matchAll(/--header\s+["']([^:"']+):\s*([^"']*)["']/g)].map(([, name, value]) => [name!, value!.trim()]));
  const body = /--data(?:-raw)?\s+'([^']*)'/.exec(command)?.[1];
  // A misprint there is: without its question mark.
  const target = url[2]!.includes('?') ? url[2]! : url[2]!.replace('_queryFilter=', '?_queryFilter=');
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  return { line, method: /--request\s+(\w+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST'), headers, path, query, body };
}

/** One curl command of the seed text that goes to IDM. */
export interface CurlCommand {
  readonly line: number;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Below the host, `/openidm` included where it was written. */
  readonly path: string;
  readonly query: string;
  readonly body: string | undefined;
}

/** Where a curl command begins; in numbered steps they are indented. */
const COMMAND = /^\s*curl\b/;

/** A command and what follows it, as far as the next one. */
export interface CommandBlock {
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/** Every curl command of lines `from` to `to`, whoever it is for. */
export function commandBlocks(text: string, from = 1, to = Infinity): CommandBlock[] {
  const lines = text.split('\n');
  const starts = lines.flatMap((line, index) => (COMMAND.test(line) ? [index] : []));
  return starts.map((start, place) => ({ line: start + 1, text: lines.slice(start, starts[place + 1]).join('\n') })).filter(({ line }) => line >= from && line <= to);
}

/** Reads the curl commands of lines `from` to `to`, misprints put right. What is no request to IDM is left out. */
export function curlCommands(text: string, from = 1, to = Infinity): CurlCommand[] {
  return commandBlocks(text, from, to).flatMap((block) => readCommand(block) ?? []);
}

/** The command of a block; undefined when it is no request to IDM. */
export function readCommand({ text: block, line }: CommandBlock): CurlCommand | undefined {
  const url = /"(https?:\/\/localhost:\d+)(\/[^"\n]*)"\**\s*$/m.exec(block) ?? /["']?(https?:\/\/localhost:\d+)(\/[^\s"']*(?:"[^"\s]*"[^\s"']*)*)/.exec(block);
  if (url === null || !/^(?:\/openidm)?\/(?:system|recon)\b/.test(url[2]!)) return undefined;
  const command = block.slice(0, url.index);
  const headers = Object.fromEntries([...command.matchAll(/--header\s+["']([^:"']+):\s*([^"']*)["']/g)].map(([, name, value]) => [name!, value!.trim()]));
  // Between single quotes; else between double ones, or quotes that are left open, as far as the bracket that ends a line.
  const body = /--data(?:-raw)?\s+'([^']*)'/.exec(command)?.[1] ?? /--data(?:-raw)?\s+["']([[{].*?\n[\]}])/s.exec(command)?.[1];
  const [path = '', query = ''] = mended(url[2]!).split(/\?(.*)/s);
  return { line, method: /--request\s+(\w+)/.exec(command)?.[1] ?? (body === undefined ? 'GET' : 'POST'), headers, path, query, body };
}

/** Misprints there are: a filter without its operator, an address without the question mark, and one with a question mark within the path. */
function mended(address: string): string {
  const whole = address.replace('_id%20%22', '_id%20eq%20%22');
  return whole.includes('?') ? whole.replace('?/', '/') : whole.replace(/\/?(_queryFilter=|_prettyprint=)/, '?$1');
}

import { commandBlocks, readCommand, type CurlCommand } from './curl-commands.js';
import { readShellCommand } from './shell-words.js';
import { shownAnswer, type ShownAnswer } from './shown-answer.js';

/** A curl command of the seed text with what stands around it. */
export interface CurlSample extends CurlCommand {
  /** What keeps a shell, or curl, from sending it as it stands. */
  readonly misprint: string | undefined;
  /** The body as a shell hands it on to curl, misprints and all. */
  readonly handedOn: string | undefined;
  readonly shown: ShownAnswer | undefined;
}

/** Line and address of a command that does not go to IDM. */
export interface OtherCommand { readonly line: number; readonly url: string }

/** Every curl command of the text. */
export function curlSamples(text: string): { readonly samples: readonly CurlSample[]; readonly others: readonly OtherCommand[] } {
  const samples: CurlSample[] = [];
  const others: OtherCommand[] = [];
  for (const block of commandBlocks(text)) {
    const command = readCommand(block);
    if (command === undefined) others.push({ line: block.line, url: /https?:\/\/[^\s"']+/.exec(block.text)?.[0] ?? 'no address' });
    else samples.push({ ...command, misprint: misprintOf(block.text, command), handedOn: dataIn(readShellCommand(block.text.trimStart()).words), shown: shownAnswer(behind(block.text)) });
  }
  return { samples, others };
}

/** The text behind a command's address, which its last line holds. */
function behind(block: string): string {
  const address = /["']?https?:\/\/localhost:\d+\/.*$/m.exec(block);
  return address === null ? '' : block.slice(address.index + address[0].length);
}

/** The options of the samples that take a word. */
const WITH_VALUE = new Set(['--header', '--request', '--data', '--data-raw', '-H', '-X', '-d']);

function misprintOf(block: string, command: CurlCommand): string | undefined {
  const { words, isOpen } = readShellCommand(block.trimStart());
  if (isOpen) return 'a quote is left open';
  const address = words.filter((_, index) => !WITH_VALUE.has(words[index - 1] ?? '')).find((word) => /^https?:/.test(word));
  if (address === undefined) return 'the command ends before its address';
  const wrong = wrongAddress(address.replace(/^https?:\/\/[^/]+/, '').replace(/\*+$/, ''), command);
  const body = dataIn(words);
  return wrong ?? (body === undefined || isJson(body) ? undefined : 'the body is no JSON');
}

function dataIn(words: readonly string[]): string | undefined {
  const option = words.findIndex((word) => /^--data|^-d$/.test(word));
  return option === -1 ? undefined : words[option + 1] ?? '';
}

/** What a shell hands on, compared with what was made of it, misprints put right. */
function wrongAddress(asked: string, { path, query }: CurlCommand): string | undefined {
  if (/[‘’“”]/.test(asked)) return 'typographic quotes in the address';
  if (asked.includes('_id%20%22')) return 'the filter has no operator';
  if (asked === `${path}${query === '' ? '' : `?${query}`}`) return /[{}]/.test(asked) ? 'a placeholder in the address' : undefined;
  return !asked.includes('?') || asked.includes('?/') ? 'the question mark is not where it belongs' : 'quotes in the address, which the shell takes away';
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

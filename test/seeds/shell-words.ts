/** A command as a POSIX shell reads it (POSIX.1-2017, Shell Command Language 2.2, Quoting), without expansions: samples have none. */
export interface ShellCommand {
  readonly words: readonly string[];
  /** A quote is never closed; the words before it. */
  readonly isOpen: boolean;
}

/** A piece of a word, what separates words, or a quote that is never closed. */
const PIECE = /(?<joined>\\\n)|\\(?<escaped>[^\n])|'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\.)*)"|(?<end>\n)|(?<blank>[^\S\n]+)|(?<plain>[^\s'"\\]+)|(?<open>.)/gs;

/** Reads the command at the beginning of `text`, as far as the line break that ends it. */
export function readShellCommand(text: string): ShellCommand {
  const words: string[] = [];
  let word: string | undefined;
  for (const { groups = {} } of text.matchAll(PIECE)) {
    if (groups['open'] !== undefined) return { words, isOpen: true };
    const piece = pieceOf(groups);
    if (piece !== undefined) word = `${word ?? ''}${piece}`;
    else if (groups['joined'] === undefined) {
      words.push(...word === undefined ? [] : [word]);
      word = undefined;
    }
    if (groups['end'] !== undefined) break;
  }
  return { words: word === undefined ? words : [...words, word], isOpen: false };
}

/** Undefined for what is not of a word. */
function pieceOf({ escaped, single, plain, double }: Readonly<Record<string, string | undefined>>): string | undefined {
  return escaped ?? single ?? plain ?? double?.replace(/\\([$`"\\\n])/g, (_, kept: string) => (kept === '\n' ? '' : kept));
}

import { randomBytes } from 'node:crypto';
import { styleText } from 'node:util';
import { abilitiesOf, type TextStream } from './abilities.js';
import { NO_COLOURS, type Colours } from './colours.js';
import { printable } from './printable.js';

/** Where a command's text goes. */
export interface Output {
  (text: string): void;
  readonly colours: Colours;
}

type Format = Parameters<typeof styleText>[0];

const FORMATS = { good: 'green', warning: 'yellow', bad: 'red', strong: 'bold', faint: 'dim' } as const satisfies Record<keyof Colours, Format>;
const KINDS = Object.keys(FORMATS) as (keyof Colours)[];

/**
 * Text for a stream, with what a terminal must not act upon written out. Colours are marks in the text until then, with a word
 * nobody outside can know: else a name from a certificate or a server's answer could hold one.
 */
export function outputTo(stream: TextStream, environment: NodeJS.ProcessEnv = process.env): Output {
  if (!abilitiesOf(stream, environment).colours) return Object.assign((text: string) => { stream.write(printable(text)); }, { colours: NO_COLOURS });
  const word = randomBytes(12).toString('hex');
  const marked = new RegExp(`<${word}:(\\w+)>([^]*?)</${word}>`, 'g');
  const colours = Object.fromEntries(KINDS.map((kind) => [kind, (text: string) => `<${word}:${kind}>${text}</${word}>`])) as unknown as Colours;
  const coloured = (text: string): string => printable(text)
    .replaceAll(marked, (_, kind: keyof Colours, inner: string) => styleText(FORMATS[kind], inner, { validateStream: false }));
  return Object.assign((text: string) => { stream.write(coloured(text)); }, { colours });
}

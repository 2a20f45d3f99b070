import { abilitiesOf, type TextStream } from './abilities.js';
import { printable } from './printable.js';

const CLEAR_LINE = '\r\u001b[2K';
const WIDEST = 30;
const NARROWEST = 10;

/** One line that is written over as work goes on. Nothing at all where the stream is no terminal. */
export class ProgressBar {
  readonly #stream: TextStream;
  readonly #environment: NodeJS.ProcessEnv;
  #shown = '';

  constructor(stream: TextStream, environment: NodeJS.ProcessEnv = process.env) {
    this.#stream = stream;
    this.#environment = environment;
  }

  /** `total` 0 or unknown: no bar, only the text. */
  show(done: number, total: number | undefined, text: string): void {
    const { rewriting, columns } = abilitiesOf(this.#stream, this.#environment);
    if (!rewriting) return;
    const room = columns - 1; // a full last column would wrap
    const line = `${barText(done, total, room)}${printable(text).replaceAll('\n', ' ')}`.slice(0, room);
    if (line === this.#shown) return;
    this.#stream.write(`${CLEAR_LINE}${line}`);
    this.#shown = line;
  }

  /** Takes the line away. */
  end(): void {
    if (this.#shown !== '') this.#stream.write(CLEAR_LINE);
    this.#shown = '';
  }
}

function barText(done: number, total: number | undefined, room: number): string {
  const width = Math.min(WIDEST, Math.floor(room / 3));
  if (total === undefined || !(total > 0) || width < NARROWEST) return '';
  const share = Math.min(1, Math.max(0, done / total));
  const filled = Math.round(share * width);
  return `[${'#'.repeat(filled)}${'-'.repeat(width - filled)}] ${String(Math.floor(share * 100)).padStart(3)} % `;
}

/** What matters of a stream that text goes to; of `process.stdout` and the like. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface TerminalAbilities {
  readonly colours: boolean;
  /** A line may be written over by the next one. */
  readonly rewriting: boolean;
  readonly columns: number;
}

const USUAL_COLUMNS = 80;

/**
 * A pipe, a file and a terminal that calls itself dumb get plain text. NO_COLOR (https://no-color.org: set and not empty)
 * takes the colours away, not the progress.
 */
export function abilitiesOf(stream: Pick<TextStream, 'isTTY' | 'columns'>, environment: NodeJS.ProcessEnv = process.env): TerminalAbilities {
  const rewriting = stream.isTTY === true && environment['TERM'] !== 'dumb';
  return { rewriting, colours: rewriting && (environment['NO_COLOR'] ?? '') === '', columns: stream.columns ?? USUAL_COLUMNS };
}

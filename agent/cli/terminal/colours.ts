/** What a text means; how that looks is the output's business. Each function gives text back that only goes to the output it is of. */
export interface Colours {
  good(text: string): string;
  warning(text: string): string;
  bad(text: string): string;
  strong(text: string): string;
  faint(text: string): string;
}

const same = (text: string): string => text;

export const NO_COLOURS: Colours = { good: same, warning: same, bad: same, strong: same, faint: same };

/** The colours of an output; none where it is no terminal, or a function without any, as in tests. */
export function coloursOf(write: { readonly colours?: Colours | undefined }): Colours {
  return write.colours ?? NO_COLOURS;
}

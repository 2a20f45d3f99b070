import { ConnectorError } from '../../../../protocol/model/index.js';

/** Where SETROPTS has an audit trail of commands added to the listings (IBM Security zSecure); what stands in it is no profile. */
const AUDIT_TRAIL = /^\s*Command Audit Trail for (?:USER|GROUP) /;

/** The listings of one LISTUSER or LISTGRP command, each from its first line on. */
export function splitListings(lines: readonly string[], firstLine: RegExp): readonly (readonly string[])[] {
  const starts = lines.flatMap((line, index) => (firstLine.test(line) ? [index] : []));
  return starts.map((start, index) => {
    const listing = lines.slice(start, starts[index + 1]);
    const trailAt = listing.findIndex((line) => AUDIT_TRAIL.test(line));
    return trailAt < 0 ? listing : listing.slice(0, trailAt);
  });
}

const SEGMENT_START = /^\s*(?:NO )?[A-Z]+ INFORMATION\s*$|^\s*IRR52021I\b/;

/** The lines of the BASE segment, and those of the others, looked for behind `line`: what stands before it holds free text. */
export function partsBehind(listing: readonly string[], line: number): { readonly base: readonly string[]; readonly segments: readonly string[] } {
  const start = listing.findIndex((text, index) => index > line && SEGMENT_START.test(text));
  return start < 0 ? { base: listing, segments: [] } : { base: listing.slice(0, start), segments: listing.slice(start) };
}

/**
 * Refuses a listing that has no such line, as its end is missing, or several, as free text among the fields looks like some of them: it
 * would read as something else than what is so.
 */
export function requireOne(listing: readonly string[], profile: string, isLine: (line: string) => boolean): void {
  const found = listing.filter(isLine).length;
  if (found === 1) return;
  const why = found === 0 ? 'it is not complete' : 'its installation data, or another text in it, looks like a part of the listing';
  throw new ConnectorError('connector', `RACF's listing of ${profile} cannot be read: ${why}. List it by hand, and correct the text if that is the reason.`, { outcome: 'notApplied' });
}

/** What the group of the first line that has the field captured. */
export function fieldOf(lines: readonly string[], field: RegExp): string | undefined {
  for (const line of lines) {
    const value = field.exec(line)?.[1]?.trim();
    if (value !== undefined) return value;
  }
  return undefined;
}

/** The lines up to the first that matches, or all. */
export function linesBefore(lines: readonly string[], end: RegExp): readonly string[] {
  const at = lines.findIndex((line) => end.test(line));
  return at < 0 ? lines : lines.slice(0, at);
}

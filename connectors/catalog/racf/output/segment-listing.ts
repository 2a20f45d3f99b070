import { ConnectorError } from '../../../../protocol/model/index.js';

/** Fields of one segment by label in upper case, values as listed. */
export type SegmentListing = ReadonlyMap<string, string>;

const HEADING = /^\s*(NO )?([A-Z]+) INFORMATION\s*$/;
const RULE = /^\s*-{3,}\s*$/;
/** `UID= 0000001919`, `PRIMARY LANGUAGE: ENU` */
const LABEL = /^[A-Z][A-Z0-9' -]*$/;
/** Lines this long go on in the next. */
const FULL_LINE = 78;

/** A listing that stops short would read as if attributes had been cleared. */
function refuseToGuess(line: string): never {
  throw new ConnectorError('permissionDenied', `RACF does not show all segments that are configured: ${line.trim()} Grant the administrator access to them, or take them out of segments.`);
}

/** Collects fields line by line. */
class SegmentReader {
  readonly segments = new Map<string, Map<string, string>>();
  #current: Map<string, string> | undefined;
  #label: string | undefined;
  #isFull = false;

  read(line: string): void {
    if (/^\s*IRR52021I\b/.test(line)) refuseToGuess(line);
    if (this.#heading(line) || this.#current === undefined || RULE.test(line) || line.trim() === '') return;
    if (this.#isFull || !this.#field(this.#current, line)) this.#goOn(this.#current, line.trim());
    this.#isFull = this.#label !== undefined && line.trimEnd().length >= FULL_LINE;
  }

  #field(current: Map<string, string>, line: string): boolean {
    const end = line.search(/[=:]/);
    const label = line.slice(0, Math.max(0, end)).trim();
    if (!LABEL.test(label)) return false;
    current.set(label, line.slice(end + 1).trim());
    this.#label = label;
    return true;
  }

  #heading(line: string): boolean {
    const [isHeading, isAbsent, name = ''] = HEADING.exec(line) ?? [];
    if (isHeading === undefined) return false;
    this.#current = isAbsent === undefined ? new Map() : undefined;
    if (this.#current !== undefined) this.segments.set(name, this.#current);
    this.#label = undefined;
    this.#isFull = false;
    return true;
  }

  /** More of the last field: right behind a line that was full, and as further words otherwise. */
  #goOn(current: Map<string, string>, text: string): void {
    if (this.#label !== undefined) current.set(this.#label, `${current.get(this.#label) ?? ''}${this.#isFull ? '' : ' '}${text}`);
  }
}

/**
 * The segments behind the BASE part of LISTUSER or LISTGRP: a heading `TSO INFORMATION`, a rule, and a line a field, or
 * `NO TSO INFORMATION`. Layout as in the examples of the RACF Command Language Reference, SA23-2292.
 */
export function parseSegments(lines: readonly string[]): ReadonlyMap<string, SegmentListing> {
  const reader = new SegmentReader();
  for (const line of lines) reader.read(line);
  return reader.segments;
}

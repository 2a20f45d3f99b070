/**
 * Reads Prometheus' text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/) strictly: whatever the page
 * says is an error, not skipped. Knows nothing of the library that writes it.
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)$/;
const SUFFIXES = ['_bucket', '_sum', '_count'];

function fail(line: number, why: string): never {
  throw new Error(`line ${line}: ${why}`);
}

function numberOf(text: string, line: number): number {
  if (!NUMBER.test(text)) fail(line, `"${text}" is no number`);
  if (text.endsWith('Inf')) return text.startsWith('-') ? -Infinity : Infinity;
  return Number(text);
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', n: '\n' };

/** From behind the opening quote; where the text behind the closing one begins. */
function quotedOf(text: string, start: number, line: number): { readonly value: string; readonly end: number } {
  let value = '';
  for (let at = start; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, end: at + 1 };
    if (character === '\\') at++;
    value += character === '\\' ? ESCAPES[text.charAt(at)] ?? fail(line, 'an escape there is not') : character;
  }
  return fail(line, 'a value that does not end');
}

/** From behind the opening brace; where the text behind the closing one begins. */
function labelsOf(text: string, start: number, line: number): { readonly labels: Record<string, string>; readonly end: number } {
  const labels: Record<string, string> = {};
  let at = start;
  while (text[at] !== '}') {
    const equals = text.indexOf('="', at);
    const name = equals < 0 ? '' : text.slice(at, equals);
    if (!LABEL.test(name) || name.startsWith('__')) fail(line, `"${name}" is no name of a label`);
    if (Object.hasOwn(labels, name)) fail(line, `label ${name} twice`);
    const { value, end } = quotedOf(text, equals + 2, line);
    labels[name] = value;
    at = text[end] === ',' ? end + 1 : end;
    if (text[end] !== ',' && text[end] !== '}') fail(line, `neither , nor } behind label ${name}`);
  }
  return { labels, end: at + 1 };
}

function sampleOf(text: string, line: number): Sample {
  const nameEnd = text.search(/[{ ]/);
  const name = text.slice(0, nameEnd);
  if (!NAME.test(name)) fail(line, `"${name}" is no name of a metric`);
  const { labels, end } = text[nameEnd] === '{' ? labelsOf(text, nameEnd + 1, line) : { labels: {}, end: nameEnd };
  const rest = text.slice(end).trim().split(' ');
  if (rest.length !== 1) fail(line, 'more behind the value than these pages have');
  return { name, labels, value: numberOf(rest[0] ?? '', line) };
}

function baseOf(name: string, type: Family['type']): string {
  const suffix = type === 'histogram' ? SUFFIXES.find((one) => name.endsWith(one)) : undefined;
  return suffix === undefined ? name : name.slice(0, -suffix.length);
}

interface OpenFamily { readonly name: string; readonly type: Family['type']; readonly help: string; readonly samples: Sample[] }

class PageReader {
  readonly families = new Map<string, OpenFamily>();
  readonly #helps = new Map<string, string>();
  readonly #seen = new Set<string>();
  #current: OpenFamily | undefined;

  take(row: string, line: number): void {
    const [, what, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(row) ?? [];
    if (what !== undefined && !NAME.test(name)) fail(line, `"${name}" is no name of a metric`);
    if (what === 'HELP') this.#help(name, rest, line);
    else if (what === 'TYPE') this.#type(name, rest, line);
    else if (row.startsWith('#')) fail(line, 'a comment that is neither HELP nor TYPE');
    else this.#sample(sampleOf(row, line), line);
  }

  #help(name: string, text: string, line: number): void {
    if (this.#helps.has(name)) fail(line, `HELP of ${name} twice`);
    this.#helps.set(name, text);
  }

  #type(name: string, type: string, line: number): void {
    if (this.families.has(name)) fail(line, `TYPE of ${name} twice`);
    if (type !== 'counter' && type !== 'gauge' && type !== 'histogram') fail(line, `type ${type} is not used here`);
    this.#current = { name, type, help: this.#helps.get(name) ?? fail(line, `no HELP of ${name} before its TYPE`), samples: [] };
    this.families.set(name, this.#current);
  }

  #sample(sample: Sample, line: number): void {
    if (this.#current === undefined || baseOf(sample.name, this.#current.type) !== this.#current.name) fail(line, `${sample.name} is not of the family above it`);
    const identity = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (this.#seen.has(identity)) fail(line, `${identity} twice`);
    this.#seen.add(identity);
    this.#current.samples.push(sample);
  }
}

/** Every family of the page. Throws an Error that names the line. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the page does not end with a line break');
  const reader = new PageReader();
  for (const [index, row] of text.split('\n').entries()) if (row !== '') reader.take(row, index + 1);
  for (const family of reader.families.values()) checkFamily(family);
  return reader.families;
}

function checkFamily({ name, type, samples }: OpenFamily): void {
  if (type === 'counter' && !name.endsWith('_total')) throw new Error(`${name}: the name of a counter ends with _total`);
  if (type === 'counter') for (const { value, labels } of samples) if (!(value >= 0)) throw new Error(`${name} ${JSON.stringify(labels)}: a counter of ${value}`);
  if (type === 'histogram') checkHistogram(name, samples);
}

interface HistogramSeries { readonly buckets: [number, number][]; count?: number; sum?: number }

/** Buckets rise, end with +Inf, and agree with the count, for each set of the other labels. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const series = new Map<string, HistogramSeries>();
  for (const { name: full, labels: { le, ...others }, value } of samples) {
    const key = JSON.stringify(Object.entries(others).sort());
    const one = series.get(key) ?? { buckets: [] };
    series.set(key, one);
    if (full.endsWith('_bucket')) one.buckets.push([numberOf(le ?? '', 0), value]);
    else if (full.endsWith('_count')) one.count = value;
    else if (full.endsWith('_sum')) one.sum = value;
    else throw new Error(`${full}: no sample of a histogram`);
  }
  for (const [key, one] of series) if (!isSound(one)) throw new Error(`${name} ${key}: buckets, count and sum do not agree`);
}

function isSound({ buckets, count, sum }: HistogramSeries): boolean {
  const rises = buckets.every(([bound, value], at) => at === 0 || (bound > buckets[at - 1]![0] && value >= buckets[at - 1]![1]));
  const last = buckets.at(-1);
  return rises && last?.[0] === Infinity && last[1] === count && sum !== undefined;
}

/** A page, asked for what it says. */
export class Scrape {
  readonly families: ReadonlyMap<string, Family>;

  constructor(text: string) {
    this.families = parseExposition(text);
  }

  /** Samples that have (at least) these labels. `name`: of the sample, so with `_count` and the like. */
  samples(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    const all = [...this.families.values()].flatMap(({ samples }) => samples);
    return all.filter((sample) => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
  }

  /** Their sum; 0 when there are none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples(name, labels).reduce((total, { value }) => total + value, 0);
  }

  /** The one sample. Throws when there is none, or more than one. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    const found = this.samples(name, labels);
    if (found.length !== 1) throw new Error(`${name} ${JSON.stringify(labels)}: ${found.length} samples`);
    return found[0]!.value;
  }

  /** Every label value of the page. */
  labelValues(): ReadonlySet<string> {
    return new Set([...this.families.values()].flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.values(labels))));
  }
}

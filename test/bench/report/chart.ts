/** Points of one line, or the bars of one colour. `undefined`: not measured. */
export interface Series {
  readonly name: string;
  readonly values: readonly (number | undefined)[];
}

export interface Chart {
  /** File name without folder and ending. */
  readonly file: string;
  readonly title: string;
  /** Of the values, e.g. `entries per second`. */
  readonly unit: string;
  /** `lines` over numbers, both axes logarithmic; `bars` per label, from zero. */
  readonly kind: 'lines' | 'bars';
  /** For lines, texts of numbers. */
  readonly labels: readonly string[];
  /** Of the labels of lines, e.g. `entries`. */
  readonly labelUnit?: string;
  readonly series: readonly Series[];
}

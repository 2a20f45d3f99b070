import type { Chart } from './chart.js';
import { colourOf, escaped, legend, short, svg } from './svg-frame.js';

const WIDTH = 720;
const LEFT = 190;
const RIGHT = WIDTH - 80;
const TOP = 62;
const BAR = 14;
const GAP = 12;

/** Bars beside each other for each label, from zero. */
export function barChart({ title, unit, labels, series }: Chart): string {
  const greatest = Math.max(1e-9, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const group = series.length * BAR + GAP;
  const bars = labels.flatMap((label, row) => [
    `<text text-anchor="end" x="${LEFT - 10}" y="${TOP + row * group + (series.length * BAR) / 2 + 4}">${escaped(label)}</text>`,
    ...series.flatMap(({ values }, index) => {
      const value = values[row];
      if (value === undefined) return [];
      const y = TOP + row * group + index * BAR;
      const width = Math.max(1, (value / greatest) * (RIGHT - LEFT));
      return [`<rect class="b ${colourOf(index)}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 2}" rx="2"/>`, `<text class="m" x="${(LEFT + width + 6).toFixed(1)}" y="${y + 10}">${short(value)}</text>`];
    }),
  ]);
  const height = TOP + labels.length * group + 24;
  return svg(WIDTH, height, title, [...legend(series.map(({ name }) => name), 46), ...bars, `<text class="m" text-anchor="end" x="${WIDTH - 16}" y="${height - 8}">${escaped(unit)}</text>`]);
}

import type { Chart } from './chart.js';
import { colourOf, escaped, legend, short, svg } from './svg-frame.js';

const WIDTH = 720;
const HEIGHT = 340;
const PLOT = { left: 64, right: WIDTH - 24, top: 64, bottom: HEIGHT - 44 };

/** From the power of ten below the least to the one above the greatest. */
function decades(values: readonly number[]): readonly [number, number] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return [low, high > low ? high : low + 1];
}

const scale = (value: number, [low, high]: readonly [number, number], from: number, to: number): string => (from + ((Math.log10(value) - low) / (high - low)) * (to - from)).toFixed(1);

function span(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** Lines over numbers, both axes logarithmic. */
export function lineChart({ title, unit, labels, labelUnit = '', series }: Chart): string {
  const xs = labels.map(Number);
  const ys = series.flatMap(({ values }) => values.flatMap((value) => (value === undefined || value <= 0 ? [] : [value])));
  if (ys.length === 0) return svg(WIDTH, HEIGHT, title, ['<text class="m" x="16" y="60">not measured</text>']);
  const [xSpan, ySpan] = [span(xs), decades(ys)];
  const x = (value: number): string => scale(value, xSpan, PLOT.left, PLOT.right);
  const y = (value: number): string => scale(value, ySpan, PLOT.bottom, PLOT.top);
  const grid = Array.from({ length: ySpan[1] - ySpan[0] + 1 }, (_, index) => 10 ** (ySpan[0] + index)).flatMap((value) => [
    `<line class="g" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y(value)}" y2="${y(value)}"/>`, `<text class="m" text-anchor="end" x="${PLOT.left - 8}" y="${Number(y(value)) + 4}">${short(value)}</text>`,
  ]);
  const lines = series.flatMap(({ name, values }, index) => {
    const points = values.flatMap((value, at) => (value === undefined || value <= 0 ? [] : [{ at: x(xs[at] ?? 1), height: y(value), value }]));
    return [
      `<polyline class="l ${colourOf(index)}" style="fill:none" points="${points.map(({ at, height }) => `${at},${height}`).join(' ')}"/>`,
      ...points.map(({ at, height, value }) => `<circle class="${colourOf(index)}" cx="${at}" cy="${height}" r="3.5"><title>${escaped(name)}: ${short(value)} ${escaped(unit)}</title></circle>`),
    ];
  });
  const ticks = xs.map((value) => `<text class="m" text-anchor="middle" x="${x(value)}" y="${PLOT.bottom + 18}">${short(value)}</text>`);
  return svg(WIDTH, HEIGHT, title, [...legend(series.map(({ name }) => name), 46), ...grid, ...ticks, `<text class="m" text-anchor="end" x="${PLOT.right}" y="${HEIGHT - 10}">${escaped(labelUnit)} → ${escaped(unit)}, both logarithmic</text>`, ...lines]);
}

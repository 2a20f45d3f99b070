import type { JSX } from 'preact';

const WIDTH = 120;
const HEIGHT = 28;

/** A run of counts, the newest at the right. */
export function SparkLine({ counts, label }: { readonly counts: readonly number[]; readonly label: string }): JSX.Element {
  const most = Math.max(1, ...counts);
  const step = WIDTH / Math.max(1, counts.length);
  return (
    <svg class="spark" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <line class="grid" x1={0} x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {counts.map((count, at) => (count === 0 ? null : <rect key={at} x={at * step + 0.5} width={Math.max(1, step - 1)} y={HEIGHT - Math.max(2, count / most * HEIGHT)} height={Math.max(2, count / most * HEIGHT)} />))}
    </svg>
  );
}

import type { JSX } from 'preact';
import type { Tone } from './notice.tsx';

export interface Bar { readonly name: string; readonly count: number; readonly tone?: Tone }

/** Counts by name, such as the situations of a run. Each number stands beside its bar, so the picture is not all there is. */
export function BarChart({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }): JSX.Element {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <table class="bars">
      <caption class="unseen">{label}</caption>
      <tbody>
        {bars.map(({ name, count, tone = 'idle' }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="bar"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect data-state={tone} width={count / most * 100} height="10" /></svg></td>
            <td class="number">{count.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

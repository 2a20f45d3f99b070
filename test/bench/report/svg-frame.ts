/** Distinct in light and dark, and to eyes that do not tell red from green. */
const COLOURS = [['#0060a8', '#62b0f0'], ['#b35300', '#f0a050'], ['#4d7a00', '#a6cf5a'], ['#7a3fa0', '#c79be6'], ['#5c6670', '#aab4bd'], ['#a80038', '#ff8aa8']] as const;

export const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const style = (): string => {
  const rules = (index: 0 | 1): string => COLOURS.map((pair, at) => `.s${at}{stroke:${pair[index]};fill:${pair[index]}}`).join('');
  return `<style>text{font:12px system-ui,sans-serif;fill:#1f2328}.t{font-size:14px;font-weight:600}.m{fill:#59636e}.g{stroke:#d1d9e0;stroke-width:1}.l{fill:none;stroke-width:2}.b{stroke:none}.bg{fill:#fff}${rules(0)}`
    + `@media(prefers-color-scheme:dark){text{fill:#f0f6fc}.m{fill:#9198a1}.g{stroke:#3d444d}.bg{fill:#0d1117}${rules(1)}}</style>`;
};

export const colourOf = (index: number): string => `s${index % COLOURS.length}`;

/** A picture with a title, which is also what a screen reader says. */
export function svg(width: number, height: number, title: string, content: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">`, `<title>${escaped(title)}</title>`, style(),
    `<rect class="bg" width="${width}" height="${height}" rx="6"/>`, `<text class="t" x="16" y="24">${escaped(title)}</text>`, ...content, '</svg>', '',
  ].join('\n');
}

export function legend(names: readonly string[], y: number): string[] {
  let x = 16;
  return names.flatMap((name, index) => {
    const at = x;
    x += 34 + name.length * 6.6;
    return [`<rect class="b ${colourOf(index)}" x="${at}" y="${y - 10}" width="12" height="12" rx="2"/>`, `<text x="${at + 18}" y="${y}">${escaped(name)}</text>`];
  });
}

/** 1,200,000 as 1.2M. */
export function short(value: number): string {
  const [size, letter] = value >= 1e6 ? [1e6, 'M'] : value >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / size).toPrecision(3))}${letter}`;
}

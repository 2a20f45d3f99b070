/**
 * The picture of the README: what the demo prints, as a terminal window. Not part of CI, because its figures are the machine's. To
 * make it anew, on a machine with nothing else to do:
 *
 *     npm start -- --once | node scripts/demo-picture.mjs > docs/images/demo.svg
 *
 * Reads the output on standard input, writes the SVG to standard output. Letters are placed by column, so that any monospaced font
 * gives the same picture; colours follow the reader's light or dark mode.
 */
import { text } from 'node:stream/consumers';

const COMMAND = 'npm start -- --once';
const FIRST = /^Made certificates/;
const LAST = /^Done /;
const SIZE = 13;
const COLUMN = 7.8;
const LINE = 19;
const MARGIN = 20;
const TITLE = 36;

const STYLE = `
text { font: ${SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace; fill: #1f2328; white-space: pre }
.window { fill: #ffffff; stroke: #d0d7de } .bar { fill: #f3f5f7 } .rule { stroke: #d0d7de }
.dim { fill: #59636e } .strong { font-weight: 600 } .count { fill: #0550ae } .name { fill: #6639ba } .good { fill: #116329 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .window { fill: #0d1117; stroke: #3d444d } .bar { fill: #1a2028 } .rule { stroke: #3d444d }
  .dim { fill: #9198a1 } .count { fill: #79c0ff } .name { fill: #d2a8ff } .good { fill: #56d364 }
}`;

const escaped = (words) => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** What stands where: words, their first column, and how they look. */
function piecesOf(line) {
  const row = /^( +\d+)( {2})([A-Z_]+)( +)(.*)$/.exec(line);
  if (row !== null) {
    const [, count, gap, name, space, meaning] = row;
    const at = count.length + gap.length;
    return [
      { column: count.length - count.trim().length, words: count.trim(), look: 'count' },
      { column: at, words: name, look: 'name' },
      { column: at + name.length + space.length, words: meaning },
    ];
  }
  const words = line.trim();
  const look = /^(First|Second) night/.test(words) ? 'strong' : words === 'No failures.' ? 'good' : /^(Made|Started|Agent|During)/.test(words) ? 'dim' : undefined;
  return words === '' ? [] : [{ column: line.length - line.trimStart().length, words, look }];
}

function drawn(lines) {
  return lines.flatMap((line, index) => piecesOf(line).map(({ column, words, look }) => {
    const x = (MARGIN + column * COLUMN).toFixed(1);
    const y = TITLE + LINE * (index + 1) + 6;
    return `<text x="${x}" y="${y}" textLength="${(words.length * COLUMN).toFixed(1)}"${look === undefined ? '' : ` class="${look}"`}>${escaped(words)}</text>`;
  }));
}

function picture(lines) {
  const width = Math.ceil(2 * MARGIN + Math.max(...lines.map((line) => line.length)) * COLUMN);
  const height = TITLE + LINE * lines.length + MARGIN;
  const middle = TITLE / 2;
  const lights = [0, 1, 2].map((place) => `<circle cx="${MARGIN + 6 + place * 18}" cy="${middle}" r="5" fill="none" class="rule"/>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">The demo: two nights of reconciliation</title>
<desc id="description">${escaped(lines.map((line) => line.trim()).filter((line) => line !== '').join(' | '))}</desc>
<style>${STYLE}
</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" class="window"/>
<path d="M1 ${TITLE}V9a8 8 0 0 1 8 -8H${width - 9}a8 8 0 0 1 8 8V${TITLE}z" class="bar"/>
<line x1="1" x2="${width - 1}" y1="${TITLE}" y2="${TITLE}" class="rule"/>
${lights.join('\n')}
<text x="${(width - COMMAND.length * COLUMN) / 2}" y="${middle + 4}" textLength="${(COMMAND.length * COLUMN).toFixed(1)}" class="dim">${COMMAND}</text>
${drawn(lines).join('\n')}
</svg>
`;
}

const all = (await text(process.stdin)).split('\n').map((line) => line.trimEnd());
const [from, to] = [FIRST, LAST].map((mark) => all.findIndex((line) => mark.test(line)));
if (from < 0 || to < from) throw new Error(`This is not the whole output of the demo. Pipe it in: ${COMMAND} | node scripts/demo-picture.mjs`);
process.stdout.write(picture(all.slice(from, to + 1)));

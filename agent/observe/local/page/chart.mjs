import { element, shape } from './element.mjs';
import { counted, rate, short, timeOf, whole } from './words.mjs';

const HEIGHT = 200;
const MARGIN = { top: 12, right: 8, bottom: 26, left: 44 };
const LINES = 4;

/** What a series is called: for one, for many, and for a second. */
const NAMES = { operations: ['operation', 'operations'], entries: ['entry', 'entries'] };

/** A chart of what went through, drawn anew for each status. */
export class Chart {
  #place;
  #summary;
  #series = 'operations';
  #throughput;
  #readout = element('p', { class: 'readout', hidden: true, 'aria-hidden': 'true' });

  constructor(place, summary) {
    this.#place = place;
    this.#summary = summary;
    new ResizeObserver(() => { this.#draw(); }).observe(place);
    place.addEventListener('pointermove', (event) => { this.#point(event); });
    place.addEventListener('pointerleave', () => { this.#readout.hidden = true; });
  }

  set series(name) {
    this.#series = name;
    this.#draw();
  }

  show(throughput) {
    this.#throughput = throughput;
    this.#draw();
  }

  #draw() {
    const width = Math.floor(this.#place.clientWidth);
    if (this.#throughput === undefined || width < 50) return;
    const { bucketSeconds, until } = this.#throughput;
    const rates = this.#throughput[this.#series].map((count) => count / bucketSeconds);
    const failed = this.#series === 'operations' ? this.#throughput.failed.map((count) => count / bucketSeconds) : [];
    const top = niceTop(Math.max(...rates));
    const scale = scaleOf(width, rates.length, top);
    const svg = shape('svg', { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: 'img', 'aria-label': this.#described() },
      ...grid(scale, top, width), ...times(scale, until, bucketSeconds * rates.length), area(scale, rates), ...bars(scale, failed));
    this.#place.replaceChildren(svg, this.#readout);
    const text = this.#described();
    if (this.#summary.textContent !== text) this.#summary.textContent = text;
  }

  /** The chart in words. */
  #described() {
    const counts = this.#throughput[this.#series];
    const total = counts.reduce((sum, count) => sum + count, 0);
    const [one, many] = NAMES[this.#series];
    if (total === 0) return `No ${many} in the last 15 minutes.`;
    const peak = Math.max(...counts);
    const { bucketSeconds, until } = this.#throughput;
    const at = Date.parse(until) - (counts.length - counts.lastIndexOf(peak)) * bucketSeconds * 1000;
    const failed = this.#series === 'operations' ? `, ${whole(this.#throughput.failed.reduce((sum, count) => sum + count, 0))} failed` : '';
    return `${counted(total, one, many)}${failed}; most at ${timeOf(at)} with ${rate(peak / bucketSeconds)} a second.`;
  }

  #point(event) {
    if (this.#throughput === undefined) return;
    const box = this.#place.getBoundingClientRect();
    const counts = this.#throughput[this.#series];
    const part = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    const index = Math.min(counts.length - 1, Math.max(0, Math.round(part * (counts.length - 1))));
    const { bucketSeconds, until } = this.#throughput;
    this.#readout.textContent = `${timeOf(Date.parse(until) - (counts.length - index) * bucketSeconds * 1000)}  ${rate(counts[index] / bucketSeconds)}/s`;
    this.#readout.hidden = false;
    this.#readout.style.left = `${Math.min(Math.max(event.clientX - box.left, 70), box.width - 70)}px`;
  }
}

function scaleOf(width, count, top) {
  const [inner, depth] = [width - MARGIN.left - MARGIN.right, HEIGHT - MARGIN.top - MARGIN.bottom];
  return {
    step: inner / Math.max(1, count - 1), bottom: MARGIN.top + depth,
    x: (index) => MARGIN.left + index * inner / Math.max(1, count - 1),
    y: (value) => MARGIN.top + depth * (1 - Math.min(value, top) / top),
  };
}

/** A round number at or above the highest. */
function niceTop(highest) {
  if (highest <= 1) return 1;
  const unit = 10 ** Math.floor(Math.log10(highest));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((factor) => factor * unit).find((top) => top >= highest);
}

function grid(scale, top, width) {
  return Array.from({ length: LINES + 1 }, (_, line) => {
    const value = top * line / LINES;
    return shape('g', {}, shape('line', { class: 'grid', x1: MARGIN.left, x2: width - MARGIN.right, y1: scale.y(value), y2: scale.y(value) }),
      shape('text', { class: 'tick', x: MARGIN.left - 8, y: scale.y(value) + 4, 'text-anchor': 'end' }, line % 2 === 0 ? `${top < 4 && value % 1 !== 0 ? value.toFixed(1) : short(value)}` : ''));
  });
}

function times(scale, until, seconds) {
  return [0, 5, 10, 15].map((minutes) => {
    const index = minutes * 60 / seconds;
    const x = scale.x(0) + index * (scale.x(1) - scale.x(0)) * (seconds / 5 - 1);
    const label = minutes === 15 ? 'now' : timeOf(Date.parse(until) - (seconds - minutes * 60) * 1000).slice(0, 5);
    return shape('text', { class: 'tick', x, y: HEIGHT - 6, 'text-anchor': minutes === 0 ? 'start' : minutes === 15 ? 'end' : 'middle' }, label);
  });
}

function area(scale, rates) {
  const line = rates.map((value, index) => `${index === 0 ? 'M' : 'L'}${scale.x(index).toFixed(1)} ${scale.y(value).toFixed(1)}`).join('');
  const filled = `${line}L${scale.x(rates.length - 1).toFixed(1)} ${scale.bottom}L${scale.x(0).toFixed(1)} ${scale.bottom}Z`;
  return shape('g', {}, shape('path', { class: 'area', d: filled }), shape('path', { class: 'line', d: line }));
}

function bars(scale, failed) {
  return failed.flatMap((value, index) => (value === 0 ? [] : [shape('rect', { class: 'failed', x: scale.x(index) - 1.5, width: 3, y: Math.min(scale.y(value), scale.bottom - 5), height: Math.max(5, scale.bottom - scale.y(value)) })]));
}

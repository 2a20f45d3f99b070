const SVG = 'http://www.w3.org/2000/svg';

/**
 * An element with attributes and children. Text stays text: nothing here makes markup of a string.
 * @param {string} tag @param {Record<string, unknown>} [attributes] @param {...(Node | string | number | undefined)} children
 */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same in SVG. */
export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.filter((child) => child !== undefined && child !== '').map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/** Sets a text only when it is another, so that nobody is told twice. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A coloured dot with its meaning in words. @param {'ok' | 'warn' | 'bad' | 'idle'} state @param {string} words */
export function mark(state, words) {
  return element('span', { class: 'mark', 'data-state': state }, words);
}

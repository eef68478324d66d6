'use strict';

/** Everything that the page knows; only ever shown as text. */
const data = JSON.parse(document.getElementById('data').textContent);

const byId = (id) => document.getElementById(id);

/** An element. Strings among the children become text, whatever is in them. */
function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Controls, invisible characters, and what turns the reading direction.
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** A text with everything in it visible. */
function visible(text) {
  return String(text).replace(DECEPTIVE, (c) => `\\u{${c.codePointAt(0).toString(16)}}`);
}

/** A text from outside: visible, and apart from the text around it in whatever direction it reads. */
function outside(text, attributes) {
  return el('bdi', attributes, visible(text));
}

function code(text) {
  return el('code', null, outside(text));
}

/** `1 gap`, `2 gaps`. */
function counted(number, one, many) {
  return `${number.toLocaleString('en')} ${number === 1 ? one : (many ?? `${one}s`)}`;
}

/** Parts of an ARN: what is only known at deployment is marked, with what has to be filled in. */
function arn(parts) {
  return el('code', null, parts.map((part) => (typeof part === 'string'
    ? outside(part)
    : el('span', { class: 'open-part', title: visible(part[1]) }, outside(`\${${part[0]}}`)))));
}

/** The same as plain text, for search. */
function arnText(parts) {
  return parts.map((part) => (typeof part === 'string' ? part : `\${${part[0]}}`)).join('');
}

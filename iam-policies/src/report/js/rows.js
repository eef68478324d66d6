/** Rows made at once; more come when asked for. */
const CHUNK = 200;

/** Ids of collapsed groups, and of opened rows. */
const collapsed = new Set();
const opened = new Set();

let shownRows = [];
let limit = CHUNK;

/** Gives each usage its place: rows of one group are neighbours. */
function prepare() {
  let before = null;
  let service = -1;
  let group = -1;
  data.usages.forEach((usage, index) => {
    usage.id = `u${index}`;
    const isNewService = before === null || before.service !== usage.service;
    if (isNewService) service += 1;
    if (isNewService || before.function !== usage.function || before.lambda !== usage.lambda) group += 1;
    usage.serviceId = `s${service}`;
    usage.functionId = `f${group}`;
    before = usage;
  });
}

/** What the table has for these usages, as descriptions: most of them never become elements. */
function describe(usages) {
  const rows = [];
  let service = null;
  let group = null;
  for (const usage of usages) {
    if (service === null || service.id !== usage.serviceId) {
      service = { kind: 'service', id: usage.serviceId, first: usage, usages: [], functions: 0 };
      rows.push(service);
    }
    service.usages.push(usage);
    if (group === null || group.id !== usage.functionId) {
      group = { kind: 'function', id: usage.functionId, first: usage, usages: [] };
      service.functions += 1;
      if (!collapsed.has(service.id)) rows.push(group);
    }
    group.usages.push(usage);
    if (!collapsed.has(service.id) && !collapsed.has(group.id)) {
      rows.push({ kind: 'variable', id: usage.id, first: usage, usages: [usage] });
    }
  }
  return rows;
}

function nameOf(row) {
  if (row.kind === 'service') return row.first.service === null ? 'service not named' : outside(row.first.service);
  if (row.kind === 'variable') return outside(row.first.variable);
  const lambda = row.first.lambda && [' ', el('span', { class: 'soft' }, 'as ', outside(row.first.lambda))];
  return el('span', null, row.first.function === null ? 'function not named' : outside(row.first.function), lambda);
}

function isOpen(row) {
  return row.kind === 'variable' ? opened.has(row.id) : !collapsed.has(row.id);
}

function rowElements(row) {
  const open = isOpen(row);
  const isVariable = row.kind === 'variable';
  const toggle = el('button', {
    type: 'button', class: 'toggle', id: row.id, 'aria-expanded': String(open), 'aria-controls': isVariable && open ? `${row.id}-detail` : null,
  }, nameOf(row));
  const contents = isVariable
    ? row.first.operations.map(operationChip)
    : el('span', { class: 'soft' }, row.kind === 'service' ? `${counted(row.functions, 'function')}, ` : '', counted(row.usages.length, 'variable'));
  const permissions = isVariable
    ? new Set(row.first.granted.filter(([index]) => data.permissions[index].required).map(([index]) => index)).size
    : null;
  const tr = el(
    'tr',
    { class: `${row.kind}${isVariable && open ? ' open' : ''}`, role: 'row', 'data-id': row.id },
    el('th', { scope: 'row', role: 'rowheader' }, toggle),
    el('td', { role: 'cell' }, contents),
    el('td', { role: 'cell', class: 'number', 'data-name': 'Last seen' }, lastSeen(row.usages)),
    isVariable ? el('td', { role: 'cell', class: 'number', 'data-name': 'Permissions' }, String(permissions)) : el('td', { role: 'cell' }),
    el('td', { role: 'cell' }, marksOf(row.usages)),
  );
  return isVariable && open ? [tr, detailRow(row)] : [tr];
}

function detailRow(row) {
  return el('tr', { class: 'detail', role: 'row', id: `${row.id}-detail` }, el('td', { class: 'detail', role: 'cell', colspan: 5 }, detail(row.first)));
}

/** Shows the first rows of what the filter lets through. */
function showRows(usages) {
  shownRows = describe(usages);
  const first = shownRows.slice(0, limit).flatMap(rowElements);
  const nothing = data.usages.length === 0 ? 'The source has no uses of variables.' : 'Nothing fits the filter.';
  byId('rows').replaceChildren(...(first.length > 0 ? first : [el('tr', { role: 'row' }, el('td', { role: 'cell', colspan: 5 }, nothing))]));
  showMoreButton();
}

function showMoreButton() {
  const left = shownRows.length - limit;
  byId('more').hidden = left <= 0;
  byId('more').textContent = `Show ${Math.min(left, CHUNK).toLocaleString('en')} more of ${left.toLocaleString('en')} rows`;
}

/** Adds rows below; the focus goes to the first of them. */
function showMore(count) {
  const next = shownRows.slice(limit, limit + count);
  byId('rows').append(...next.flatMap(rowElements));
  limit += count;
  showMoreButton();
  if (next.length > 0) byId(next[0].id)?.focus();
}

/** Opens or closes a row. */
function toggleRow(id) {
  const row = shownRows.find((candidate) => candidate.id === id);
  const set = row.kind === 'variable' ? opened : collapsed;
  if (!set.delete(id)) set.add(id);
  if (row.kind === 'variable') {
    const tr = byId(id).closest('tr');
    if (tr.nextElementSibling?.id === `${id}-detail`) tr.nextElementSibling.remove();
    tr.replaceWith(...rowElements(row));
  } else {
    update();
  }
  byId(id)?.focus();
}

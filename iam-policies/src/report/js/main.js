/** Shows what fits the filter. */
function update() {
  const usages = matchingUsages();
  showRows(usages);
  showSections();
  const all = counted(data.usages.length, 'variable in use', 'variables in use');
  byId('status').textContent = usages.length === data.usages.length
    ? `${all} shown.`
    : `${usages.length.toLocaleString('en')} of ${all} shown.`;
  byId('fold').textContent = collapsed.size > 0 ? 'Expand all' : 'Collapse all';
}

function filterChanged() {
  limit = CHUNK;
  for (const section of allSections) section.limit = ENTRIES;
  update();
  writeAddress();
}

/** Puts the filter into the fields. */
function fillFields() {
  byId('query').value = filter.query;
  byId('service').value = filter.service;
  // A service that the data does not have: an empty field would say nothing about why all is gone.
  if (byId('service').selectedIndex < 0) {
    filter.service = '';
    byId('service').value = '';
  }
  for (const name of ONLY) byId(`only-${name}`).checked = filter.only.has(name);
}

function fillServices() {
  for (const name of new Set(data.usages.map(serviceOf))) {
    byId('service').append(el('option', { value: name === '' ? NO_SERVICE : name }, name === '' ? '(not named)' : visible(name)));
  }
}

let isPending = false;

function listenToFields() {
  byId('query').addEventListener('input', () => {
    filter.query = byId('query').value;
    // One update a frame, however fast the keys come.
    if (isPending) return;
    isPending = true;
    requestAnimationFrame(() => {
      isPending = false;
      filterChanged();
    });
  });
  byId('service').addEventListener('change', () => {
    filter.service = byId('service').value;
    filterChanged();
  });
  for (const name of ONLY) {
    byId(`only-${name}`).addEventListener('change', (event) => {
      if (event.target.checked) filter.only.add(name); else filter.only.delete(name);
      filterChanged();
    });
  }
  byId('reset').addEventListener('click', () => {
    filter.query = '';
    filter.service = '';
    filter.only.clear();
    fillFields();
    filterChanged();
  });
  byId('fold').addEventListener('click', () => {
    if (collapsed.size > 0) collapsed.clear(); else data.usages.forEach((usage) => collapsed.add(usage.serviceId));
    limit = CHUNK;
    update();
  });
}

function listenToRows() {
  byId('rows').addEventListener('click', (event) => {
    const row = event.target.closest('tr[data-id]');
    // Selecting text in a row is not asking for it to open.
    const isSelecting = String(getSelection()) !== '';
    if (row && (event.target.closest('.toggle') || !isSelecting)) toggleRow(row.dataset.id);
  });
  byId('rows').addEventListener('keydown', (event) => {
    const toggle = event.target.closest('.toggle');
    if (!toggle || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...byId('rows').querySelectorAll('.toggle')];
    const at = all.indexOf(toggle);
    const isExpanded = toggle.getAttribute('aria-expanded') === 'true';
    if (event.key === 'ArrowDown') all[at + 1]?.focus();
    else if (event.key === 'ArrowUp') all[at - 1]?.focus();
    else if (event.key === 'ArrowRight' && !isExpanded) toggleRow(toggle.id);
    else if (event.key === 'ArrowLeft' && isExpanded) toggleRow(toggle.id);
    else return;
    event.preventDefault();
  });
  byId('more').addEventListener('click', () => showMore(CHUNK));
}

/** Numbers of the summary that have a filter. */
const COUNT_FILTERS = { never: 'never', older30: 'stale' };

/** Links within the page scroll and leave the rest of the filter in the address alone. */
function listenToLinks() {
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    const target = link && byId(link.getAttribute('href').slice(1));
    if (!target) return;
    event.preventDefault();
    const only = COUNT_FILTERS[link.parentElement.id];
    if (only) {
      filter.only.add(only);
      fillFields();
      filterChanged();
    }
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  });
}

/** Paper has no buttons: everything that fits the filter is printed. */
function listenToPrinting() {
  addEventListener('beforeprint', () => {
    limit = Infinity;
    for (const section of allSections) section.limit = Infinity;
    update();
  });
  addEventListener('afterprint', () => {
    limit = CHUNK;
    for (const section of allSections) section.limit = ENTRIES;
    update();
  });
}

function start() {
  prepare();
  fillServices();
  makeSections();
  listenToFields();
  listenToRows();
  listenToLinks();
  listenToPrinting();
  addEventListener('hashchange', () => {
    readAddress();
    fillFields();
    update();
  });
  readAddress();
  fillFields();
  byId('filters').hidden = false;
  byId('main').hidden = false;
  update();
}

start();

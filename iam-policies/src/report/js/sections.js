/** Entries made at once in each list. */
const ENTRIES = 100;

/** The lists below the matrix: what is in them, how an entry is searched and shown. */
function sections() {
  const problemText = ([key, what]) => `${key} ${what}`;
  const inRows = (name) => {
    const services = new Map();
    for (const usage of data.usages) {
      for (const index of usage[name]) {
        if (!services.has(index)) services.set(index, new Set());
        services.get(index).add(serviceOf(usage));
      }
    }
    return services;
  };
  return [
    {
      id: 'gaps', title: 'Gaps', kind: 'gap', services: inRows('gaps'), entries: data.gaps, text: problemText,
      hint: 'What should be granted and cannot be: a policy is incomplete without it.',
      item: (entry) => problemItem(entry, 'gap'),
    },
    {
      id: 'findings', title: 'Audit findings', kind: 'excess', services: inRows('findings'), entries: data.findings, text: findingText,
      hint: 'What existing policies allow too much, too little, or wrongly.',
      none: 'No audit was made: nothing is known about existing policies.',
      item: findingItem,
    },
    {
      id: 'problems', title: 'Records not understood', kind: 'gap', entries: data.problems, text: problemText,
      hint: 'Left out of everything above; never turned into a permission.',
      item: (entry) => problemItem(entry, 'left out'),
    },
    {
      id: 'runtime', title: 'Permissions of the runtime', entries: data.runtime,
      hint: 'Needed by functions themselves and not because of one variable.',
      services: new Map(data.runtime.map((reason, index) => [index, new Set([reason.service ?? ''])])),
      text: (reason) => [permissionText(data.permissions[reason.permission]), reason.service, reason.function, reason.lambda, reason.operation, reason.remark, ...reason.places].filter(Boolean).join(' '),
      table: (reason) => permissionRow(data.permissions[reason.permission], el('span', null, outside(reason.operation), ' ', el('span', { class: 'soft' }, whoAsked(reason))), reason.places, reason.remark),
    },
    {
      id: 'notes', title: 'Notes', services: inRows('notes'), entries: data.notes, text: problemText,
      hint: 'What was left out on purpose.',
      item: (entry) => problemItem(entry),
    },
  ];
}

function whoAsked(reason) {
  const names = [reason.service, reason.function, reason.lambda, reason.variable].filter(Boolean);
  return names.length === 0 ? [] : ['of ', outside(names.join(' / '))];
}

let allSections = [];

function makeSections() {
  allSections = sections();
  for (const section of allSections) {
    section.limit = ENTRIES;
    section.lower = null;
    section.heading = el('h2', { id: `title-${section.id}` }, section.title);
    section.body = el('div', null);
    byId('sections').append(el(
      'section',
      { id: `section-${section.id}`, 'aria-labelledby': `title-${section.id}`, tabindex: -1 },
      section.heading,
      section.hint && el('p', { class: 'hint' }, section.hint),
      section.body,
    ));
  }
}

/** The entries that fit search and service; those that belong to no service always do. */
function matchingEntries(section) {
  const wanted = words();
  section.lower ??= section.entries.map((entry) => section.text(entry).toLowerCase());
  const service = filter.service === NO_SERVICE ? '' : filter.service;
  return section.entries.filter((_, index) => {
    const services = section.services?.get(index);
    return (filter.service === '' || services === undefined || services.has(service))
      && wanted.every((word) => section.lower[index].includes(word));
  });
}

function showSection(section) {
  if (section.entries === null) {
    section.body.replaceChildren(el('p', null, section.none));
    return;
  }
  const fitting = matchingEntries(section);
  const all = section.entries.length.toLocaleString('en');
  section.heading.textContent = `${section.title} (${fitting.length === section.entries.length ? all : `${fitting.length.toLocaleString('en')} of ${all}`})`;
  const first = fitting.slice(0, section.limit);
  const left = fitting.length - first.length;
  const more = left > 0 && el('button', { type: 'button' }, `Show ${Math.min(left, ENTRIES)} more of ${left.toLocaleString('en')}`);
  if (more) {
    more.addEventListener('click', () => {
      section.limit += ENTRIES;
      showSection(section);
      const entries = section.body.querySelectorAll('li, tbody > tr');
      const next = entries[first.length];
      next?.setAttribute('tabindex', '-1');
      next?.focus();
    });
  }
  const content = first.length === 0
    ? el('p', { class: 'soft' }, section.entries.length === 0 ? 'None.' : 'Nothing fits the filter.')
    : section.table ? permissionTable(section.title, first.map(section.table)) : el('ul', { class: 'list' }, first.map(section.item));
  section.body.replaceChildren(content, ...(more ? [el('p', { class: 'more' }, more)] : []));
}

function showSections() {
  allSections.forEach(showSection);
}

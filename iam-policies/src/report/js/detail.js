/** Texts with the last day of each. */
function dated(pairs, show) {
  return pairs.map(([text, day]) => el('div', null, (show ?? code)(text), day && el('span', { class: 'soft' }, ` ${visible(day)}`)));
}

function fact(name, ...values) {
  const shown = values.flat().filter(Boolean);
  return shown.length === 0 ? [] : [el('dt', null, name), el('dd', null, shown)];
}

function conditionText(condition) {
  return el(
    'div',
    null,
    `${condition.operator} `,
    code(condition.key),
    ' = ',
    condition.values.flatMap((value, index) => [index > 0 && ' or ', arn(value)]),
  );
}

/** One row of the permissions: `because` says who asked, `remark` what the catalogue says of it. */
function permissionRow(permission, because, places, remark) {
  return el(
    'tr',
    { role: 'row' },
    el('td', { role: 'cell', 'data-name': 'Action' }, el('code', null, permission.action), ' ',
      !permission.required && mark('plain', 'optional')),
    el('td', { role: 'cell', 'data-name': 'On' }, arn(permission.on),
      permission.why && el('div', { class: 'soft' }, visible(permission.why))),
    el('td', { role: 'cell', 'data-name': 'Conditions' },
      permission.conditions.length > 0 ? permission.conditions.map(conditionText) : 'none'),
    el('td', { role: 'cell', 'data-name': 'Because of' }, because,
      places.length > 0 && [' at ', places.flatMap((place, index) => [index > 0 && ', ', code(place)])]),
    el('td', { role: 'cell', 'data-name': 'Remark' }, remark ? outside(remark) : ''),
  );
}

function permissionTable(label, rows) {
  const heads = ['Action', 'On', 'Conditions', 'Because of', 'Remark'];
  return el(
    'table',
    { role: 'table', class: 'permissions', 'aria-label': label },
    el('thead', { role: 'rowgroup' },
      el('tr', { role: 'row' }, heads.map((name) => el('th', { role: 'columnheader', scope: 'col' }, name)))),
    el('tbody', { role: 'rowgroup' }, rows),
  );
}

/** A gap, note or problem; `label` marks what needs attention. */
function problemItem([key, what], label) {
  return el('li', { class: label && 'gap' }, label && [mark('gap', label), ' '], outside(key, { class: 'key' }), ' ', outside(what));
}

/** Class of a finding: that of the mark which the matrix gives it. */
const KIND_CLASSES = { excess: 'excess', missing: 'gap', never: 'never', other: 'plain' };

function findingItem(finding) {
  const kind = finding.level === 'error' ? 'gap' : KIND_CLASSES[finding.kind];
  return el(
    'li',
    { class: kind },
    mark(kind, finding.level),
    ' ',
    el('code', { title: finding.help }, finding.rule),
    finding.policy && [' in policy ', code(finding.policy)],
    finding.statement && [', statement ', code(finding.statement)],
    finding.place && [' at ', code(finding.place)],
    el('div', null, outside(finding.message)),
  );
}

function listed(title, items) {
  return items.length === 0 ? [] : [el('h3', null, title), el('ul', { class: 'list' }, items)];
}

/** Everything about one row: why it has its permissions, and from what days. */
function detail(usage) {
  const places = usage.places.map(([text]) => text);
  const permissions = usage.granted.map(([index, operation, remark]) => permissionRow(data.permissions[index], code(operation), places, remark));
  const operations = usage.operations.map((operation) => el('div', null, el('code', null, outside(operation.name)), ' ', el('span', { class: 'soft' }, STATES[operation.state](operation))));
  return el(
    'div',
    null,
    listed('Gaps', usage.gaps.map((index) => problemItem(data.gaps[index], 'gap'))),
    listed('Findings', usage.findings.map((index) => findingItem(data.findings[index]))),
    el('h3', null, 'Permissions because of this variable'),
    permissions.length > 0
      ? permissionTable(`Permissions because of ${visible(usage.variable)}`, permissions)
      : el('p', { class: 'soft' }, 'None.'),
    el('h3', null, 'What is known'),
    el(
      'dl',
      { class: 'facts' },
      fact('Declared at', dated(usage.places)),
      fact('Operations', operations),
      fact('Values', dated(usage.values)),
      fact('Values from', dated(usage.sources)),
      fact('Parameter', usage.path && code(usage.path)),
      fact('Lambda', usage.lambda && code(usage.lambda)),
      fact('Versions', dated(usage.versions)),
      fact('Regions', dated(usage.regions)),
      fact('Last seen', lastSeen([usage])),
    ),
    listed('Notes', usage.notes.map((index) => problemItem(data.notes[index]))),
  );
}

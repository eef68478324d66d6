const STATES = {
  observed: (operation) => `declared ${operation.declared ?? ''}, observed ${operation.observed ?? ''}`,
  never: (operation) => `declared ${operation.declared ?? ''}, never observed`,
  unseen: (operation) => `declared ${operation.declared ?? ''}; calls cannot be seen`,
  undeclared: (operation) => `observed ${operation.observed ?? ''}, not declared`,
};

/** What is said of an operation in words, for those who see no colours. */
const STATE_WORDS = { observed: 'observed', never: 'never observed', unseen: 'calls not seen', undeclared: 'not declared' };

/** One operation with the last day that matters. */
function operationChip(operation) {
  const day = operation.state === 'never' || operation.state === 'unseen' ? null : operation.observed;
  const words = operation.state === 'never' || operation.state === 'undeclared' ? STATE_WORDS[operation.state] : null;
  return el(
    'span',
    { class: `op ${operation.state}`, title: STATES[operation.state](operation) },
    outside(operation.name),
    words && ` ${words}`,
    day && ` ${visible(day)}`,
  );
}

function mark(kind, text) {
  return el('span', { class: `mark ${kind}` }, text);
}

/** What needs attention in some rows. */
function marksOf(usages) {
  const count = (of) => usages.reduce((sum, usage) => sum + of(usage), 0);
  // Several rows may share a gap or finding: each counts once.
  const distinct = (name) => new Set(usages.flatMap((usage) => usage[name])).size;
  const gaps = distinct('gaps');
  const found = [...new Set(usages.flatMap((usage) => usage.findings))].map((index) => data.findings[index].kind);
  const ofKind = (kind) => found.filter((other) => other === kind).length;
  const [excess, missing, other] = [ofKind('excess'), ofKind('missing'), ofKind('other')];
  const never = count((usage) => usage.operations.filter((o) => o.state === 'never').length);
  const undeclared = count((usage) => usage.operations.filter((o) => o.state === 'undeclared').length);
  const stale = usages.filter(has.stale);
  return [
    gaps > 0 && mark('gap', counted(gaps, 'gap')),
    missing > 0 && mark('gap', `${missing} missing`),
    excess > 0 && mark('excess', `${excess} excess`),
    other > 0 && mark('plain', counted(other, 'other finding')),
    undeclared > 0 && mark('gap', `${undeclared} not declared`),
    never > 0 && mark('never', `${never} never observed`),
    stale.length > 0 && mark('stale', usages.length === 1 ? `not seen for ${usages[0].age} days` : `${stale.length} stale`),
  ];
}

/** The freshest of some rows, with its age. */
function lastSeen(usages) {
  let last = null;
  for (const usage of usages) {
    if (usage.lastSeen !== null && (last === null || usage.lastSeen > last.lastSeen)) last = usage;
  }
  if (last === null) return [el('span', { class: 'soft' }, 'not known')];
  const age = last.age === null ? null : last.age === 0 ? 'newest day' : `${counted(last.age, 'day')} before`;
  return [visible(last.lastSeen), age && el('span', { class: 'soft' }, ` ${age}`)];
}

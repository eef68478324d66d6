/** What the reader asked for; kept in the address, so that it can be passed on. */
const filter = { query: '', service: '', only: new Set() };

const ONLY = ['gaps', 'findings', 'never', 'stale'];

const STALE_DAYS = 30;

/** Names of services in the filter; records without one are reachable by an empty name. */
const serviceOf = (usage) => usage.service ?? '';

const NO_SERVICE = '\u0000none';

const has = {
  gaps: (usage) => usage.gaps.length > 0,
  // What was never observed has a filter of its own.
  findings: (usage) => usage.findings.some((index) => data.findings[index].kind !== 'never'),
  never: (usage) => usage.operations.some((operation) => operation.state === 'never'),
  stale: (usage) => usage.age !== null && usage.age > STALE_DAYS,
};

/** What a search in a row looks at, lower case; made when it is first needed. */
function haystack(usage) {
  if (usage.haystack === undefined) {
    const first = (pairs) => pairs.map(([text]) => text);
    const problem = ([key, what]) => `${key} ${what}`;
    usage.haystack = [
      usage.service, usage.function, usage.lambda, usage.variable, usage.path, usage.lastSeen,
      usage.operations.map((operation) => operation.name),
      first(usage.values), first(usage.sources), first(usage.places), first(usage.versions), first(usage.regions),
      usage.granted.map(([index, , remark]) => `${permissionText(data.permissions[index])} ${remark ?? ''}`),
      usage.gaps.map((index) => problem(data.gaps[index])),
      usage.notes.map((index) => problem(data.notes[index])),
      usage.findings.map((index) => findingText(data.findings[index])),
    ].flat().filter(Boolean).join('\n').toLowerCase();
  }
  return usage.haystack;
}

function permissionText(permission) {
  permission.text ??= [
    permission.action, arnText(permission.on),
    permission.conditions.map((c) => `${c.operator} ${c.key} ${c.values.map(arnText).join(' ')}`),
  ].flat().join(' ');
  return permission.text;
}

function findingText(finding) {
  return [finding.rule, finding.level, finding.kind, finding.message, finding.policy, finding.place, finding.statement].filter(Boolean).join(' ');
}

/** The words of the search; a row has to have them all. */
function words() {
  return filter.query.toLowerCase().split(/\s+/).filter(Boolean);
}

function isOfService(usage) {
  return filter.service === '' || serviceOf(usage) === (filter.service === NO_SERVICE ? '' : filter.service);
}

function matchingUsages() {
  const wanted = words();
  const only = [...filter.only].map((name) => has[name]);
  return data.usages.filter((usage) => isOfService(usage)
    && only.every((test) => test(usage))
    && (wanted.length === 0 || wanted.every((word) => haystack(usage).includes(word))));
}

/** Takes the filter from the address. */
function readAddress() {
  let asked;
  try {
    asked = new URLSearchParams(location.hash.slice(1));
  } catch {
    asked = new URLSearchParams();
  }
  filter.query = asked.get('q') ?? '';
  filter.service = asked.get('service') ?? '';
  filter.only = new Set(ONLY.filter((name) => asked.get(name) === '1'));
}

let addressTimer;

/** Puts the filter into the address; not at each key, since browsers limit how often. */
function writeAddress() {
  clearTimeout(addressTimer);
  addressTimer = setTimeout(() => {
    const asked = new URLSearchParams();
    if (filter.query) asked.set('q', filter.query);
    if (filter.service) asked.set('service', filter.service);
    for (const name of ONLY) if (filter.only.has(name)) asked.set(name, '1');
    history.replaceState(null, '', `#${asked}`);
  }, 250);
}

//! The statements of a policy document.

use super::model::{
    Condition, ConditionValue, Effect, Entries, Entry, NotRead, Statement, StatementRef,
};
use super::operator::Operator;
use super::pattern::Pattern;
use super::values::Scope;
use documents::{Key, Mistake, Node, Place, Value};

const KEYS: [&str; 7] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Reads the statements of one policy.
pub(super) struct Reader<'a> {
    pub(super) scope: Scope<'a>,
    pub(super) file: &'a str,
    pub(super) policy: &'a str,
    /// Whether `${...}` is a variable, as from version 2012-10-17 on.
    pub(super) variables: bool,
    pub(super) not_read: Vec<NotRead>,
}

impl Reader<'_> {
    /// One statement or a list of them.
    pub(super) fn statements(&mut self, node: &Node) -> Result<Vec<Statement>, Mistake> {
        let scope = self.scope;
        let node = scope.referred(node);
        let nodes = node.items().unwrap_or(std::slice::from_ref(node));
        let mut statements = Vec::with_capacity(nodes.len());
        for (index, node) in nodes.iter().enumerate() {
            let node = scope.referred(node);
            if scope.is_no_value(node) {
                continue;
            }
            if let Some((name, _)) = scope.function(node) {
                self.leave_out(node.place, format!("statements that Fn::{name} chooses"));
            } else if let Value::Text(text) = &node.value
                && text.starts_with("${")
            {
                self.leave_out(node.place, format!("statements that {text} names"));
            } else {
                statements.push(self.statement(node, index + 1)?);
            }
        }
        Ok(statements)
    }

    fn leave_out(&mut self, place: Place, what: String) {
        let what = format!("{what}: only the deployment knows them");
        self.not_read.push(NotRead { place, what, may_allow: true });
    }

    fn statement(&mut self, node: &Node, number: usize) -> Result<Statement, Mistake> {
        let entries = node.entries().ok_or_else(|| {
            let what = format!("a statement is {}, but must be a map", node.kind());
            Mistake::new(node.place, what, "write Effect, Action and Resource")
        })?;
        for (key, _) in entries {
            known_key(key)?;
        }
        let effect = effect(node, self.scope)?;
        let sid = match node.get("Sid") {
            Some(sid) => Some(Pattern::resource(&self.scope.pieces(sid)?, false).text().to_owned()),
            None => None,
        };
        let at = StatementRef {
            file: self.file.to_owned(),
            policy: self.policy.to_owned(),
            number,
            sid,
            place: node.place,
        };
        let actions = self.entries(node, "Action", "NotAction")?;
        let resources = self.entries(node, "Resource", "NotResource")?;
        let conditions = match node.get("Condition") {
            Some(condition) => self.conditions(condition)?,
            None => Vec::new(),
        };
        Ok(Statement { at, effect, actions, resources, conditions })
    }

    fn entries(&self, node: &Node, only: &str, all_but: &str) -> Result<Entries, Mistake> {
        let action = only == "Action";
        match (node.get(only), node.get(all_but)) {
            (Some(found), None) => Ok(Entries::Only(self.patterns(found, action)?)),
            (None, Some(found)) => Ok(Entries::AllBut(self.patterns(found, action)?)),
            (Some(_), Some(second)) => Err(Mistake::new(
                second.place,
                format!("a statement has both {only} and {all_but}"),
                "make two statements of it",
            )),
            (None, None) => Err(Mistake::new(
                node.place,
                format!("a statement has neither {only} nor {all_but}"),
                format!("add {only}"),
            )),
        }
    }

    fn patterns(&self, node: &Node, action: bool) -> Result<Vec<Entry>, Mistake> {
        let mut entries = Vec::new();
        for node in each(node) {
            if self.scope.is_no_value(node) {
                continue;
            }
            let pieces = self.scope.pieces(node)?;
            let known = Pattern::resource(&pieces, self.variables);
            let pattern = match (action, known.unknown().is_empty()) {
                (true, true) => Pattern::action(known.text()),
                _ => known,
            };
            entries.push(Entry { pattern, place: node.place });
        }
        Ok(entries)
    }

    fn conditions(&mut self, node: &Node) -> Result<Vec<Condition>, Mistake> {
        if self.scope.function(node).is_some() {
            self.not_read.push(NotRead {
                place: node.place,
                what: "a condition that a function gives: only the deployment knows it".to_owned(),
                may_allow: false,
            });
            // Nothing is known about a key without a name, so it is assumed, and said to be.
            return Ok(vec![Condition {
                operator: "(not read)".to_owned(),
                key: String::new(),
                values: Vec::new(),
                place: node.place,
            }]);
        }
        let mut conditions = Vec::new();
        for (operator, keys) in map(node, "Condition")? {
            if Operator::parse(&operator.text).is_none() {
                return Err(unknown_operator(operator));
            }
            for (key, values) in map(keys, &operator.text)? {
                let values = each(values)
                    .iter()
                    .map(|value| {
                        let pieces = self.scope.pieces(value)?;
                        Ok(ConditionValue { pieces, variables: self.variables })
                    })
                    .collect::<Result<_, Mistake>>()?;
                conditions.push(Condition {
                    operator: operator.text.clone(),
                    key: key.text.clone(),
                    values,
                    place: key.place,
                });
            }
        }
        Ok(conditions)
    }
}

/// The items of a list, or the value itself.
fn each(node: &Node) -> &[Node] {
    node.items().unwrap_or(std::slice::from_ref(node))
}

fn map<'a>(node: &'a Node, of: &str) -> Result<&'a [(Key, Node)], Mistake> {
    node.entries().ok_or_else(|| {
        let what = format!("{of} is {}, but must be a map", node.kind());
        Mistake::new(node.place, what, "write operator, key and values: StringEquals: {key: value}")
    })
}

fn effect(node: &Node, scope: Scope<'_>) -> Result<Effect, Mistake> {
    const REMEDY: &str = "write Effect: Allow or Effect: Deny";
    let Some(found) = node.get("Effect") else {
        return Err(Mistake::new(node.place, "a statement has no Effect", REMEDY));
    };
    match scope.text(found).as_deref() {
        Some("Allow") => Ok(Effect::Allow),
        Some("Deny") => Ok(Effect::Deny),
        Some(other) => {
            let what = format!("the Effect `{}` does not exist", short(other));
            Err(Mistake::new(found.place, what, REMEDY))
        }
        None => Err(Mistake::new(found.place, "the Effect is not known", REMEDY)),
    }
}

fn known_key(key: &Key) -> Result<(), Mistake> {
    if KEYS.contains(&key.text.as_str()) {
        return Ok(());
    }
    if key.text == "Principal" || key.text == "NotPrincipal" {
        let what = format!("a statement has a {}, so this is no policy of an identity", key.text);
        let remedy = "give the policies of the role; trust and resource policies are not audited";
        return Err(Mistake::new(key.place, what, remedy));
    }
    let nearest = KEYS
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&known.to_lowercase(), &key.text.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    let remedy = match nearest {
        Some((_, nearest)) => format!("did you mean {nearest}?"),
        None => format!("use {}", KEYS.join(", ")),
    };
    Err(Mistake::new(key.place, format!("a statement has no key `{}`", short(&key.text)), remedy))
}

fn unknown_operator(operator: &Key) -> Mistake {
    let remedy = match Operator::nearest(&operator.text) {
        Some(nearest) => format!("did you mean {nearest}?"),
        None => "use an operator of IAM, such as StringEquals".to_owned(),
    };
    let what = format!("there is no condition operator `{}`", short(&operator.text));
    Mistake::new(operator.place, what, remedy)
}

/// Enough of a text to recognise it.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

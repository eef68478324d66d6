//! What one use of a variable wants, operation or action.

use ops_enums::iam::{self, Action, Holder, NoNeeds, ResourceType, Tier};

use crate::model::Use;
use crate::resource;

/// One action on one resource type.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) action: &'static Action,
    /// `None`: on `*`, because the action knows nothing narrower.
    pub(super) kind: Option<&'static ResourceType>,
    pub(super) tier: Tier,
    /// The resource is not the variable's; what it is.
    pub(super) elsewhere: Option<&'static str>,
}

impl Wanted {
    /// When it is needed, if not always.
    pub(super) fn when(&self) -> Option<String> {
        match self.tier {
            Tier::Option { when } => Some(format!("only when {when}")),
            Tier::Forwarded { when, .. } => Some(format!("asked for by the service when {when}")),
            Tier::PassRole { when: Some(when), .. } => Some(format!("only when {when}")),
            _ => None,
        }
    }
}

pub(super) fn of(used: Use) -> Vec<Wanted> {
    match used {
        Use::Operation(operation) => operation
            .needs()
            .iter()
            .map(|need| Wanted {
                action: need.action,
                kind: need.resource,
                tier: need.tier,
                elsewhere: match need.holder {
                    // The operation's own action is on what the variable holds, whatever kind that is.
                    Holder::Other(what) if need.action.name() != operation.name() => Some(what),
                    _ => None,
                },
            })
            .collect(),
        Use::Action(name) => iam::action(name).map(of_action).unwrap_or_default(),
    }
}

/// Whether the operation surely needs an action that the catalogue does not know.
pub(super) fn is_unlisted(used: Use) -> bool {
    matches!(used, Use::Operation(operation) if operation.no_needs() == Some(NoNeeds::Unlisted))
}

/// An action on what a variable of its service usually holds, or on whatever it is on.
fn of_action(action: &'static Action) -> Vec<Wanted> {
    let wanted = |kind| Wanted { action, kind, tier: Tier::Required, elsewhere: None };
    let types = action.resource_types();
    if types.is_empty() {
        return vec![wanted(None)];
    }
    let usual: Vec<_> = types.iter().filter(|kind| resource::is_usual(kind)).collect();
    let chosen = if usual.is_empty() { types.iter().collect() } else { usual };
    chosen.into_iter().map(|kind| wanted(Some(*kind))).collect()
}

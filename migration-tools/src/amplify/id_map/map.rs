//! The id map and its look-ups.

use std::fmt;

use super::forms::lower_case;
use super::pairs::{Index, Pair, Pairs};
use crate::formats::hash_key::sanitise_user;

/// What is allowed in an id map, and what the deployment adds to ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether a new id may be the old id of another pair, which includes swaps. Every string is then
    /// rewritten once, with the whole map; a record that was rewritten and is rewritten again would be
    /// renamed twice, so that only a journal can tell the two apart.
    pub allow_chains: bool,
    /// The deployment's `IDP_PREFIX`: some keys of user storage hold `{prefix}_{user}`, the prefix in
    /// lower case.
    pub idp_prefix: Option<String>,
    /// Whether users whom the map does not name keep their ids and take part where ids do not matter:
    /// their objects are brought together with those of all others.
    pub everyone: bool,
}

/// What was tolerated when the map was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Lines that say the same as an earlier one.
    pub repeated: usize,
    /// Lines with spaces around an id, which were left out.
    pub trimmed: usize,
    /// Lines that have commas and no id.
    pub blank: usize,
}

/// Old ids and the new ids they become.
///
/// Look-ups are by hash and exact, upper and lower case kept apart.
pub struct IdMap {
    pub(super) pairs: Pairs,
    pub(super) by_old: Index,
    pub(super) by_new: Index,
    /// Those only whose sanitised id is another text than the id.
    pub(super) by_stored_old: Index,
    pub(super) by_stored_new: Index,
    /// Those only whose old id has capital letters.
    pub(super) by_lower_old: Index,
    pub(super) idp_prefix: Option<String>,
    pub(super) everyone: bool,
    pub(super) renamed: usize,
    pub(super) chains: usize,
    pub(super) remarks: Remarks,
}

impl IdMap {
    pub(super) fn empty(rules: &Rules) -> Self {
        let prefix = rules.idp_prefix.as_deref().map(str::trim).filter(|prefix| !prefix.is_empty());
        Self {
            pairs: Pairs::default(),
            by_old: Index::by(|pair| pair.old.into()),
            by_new: Index::by(|pair| pair.new.into()),
            by_stored_old: Index::by(|pair| sanitise_user(pair.old)),
            by_stored_new: Index::by(|pair| sanitise_user(pair.new)),
            by_lower_old: Index::by(|pair| lower_case(pair.old)),
            idp_prefix: prefix.map(str::to_lowercase),
            everyone: rules.everyone,
            renamed: 0,
            chains: 0,
            remarks: Remarks::default(),
        }
    }

    /// How many users it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether it has no user at all; no map that was read is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many users get another id.
    #[must_use]
    pub fn renamed_users(&self) -> usize {
        self.renamed
    }

    /// How many new ids are old ids of others. Above 0 only where [`Rules::allow_chains`] is set; a
    /// second rewrite of what was rewritten is then not without effect.
    #[must_use]
    pub fn chains(&self) -> usize {
        self.chains
    }

    /// What was tolerated.
    #[must_use]
    pub fn remarks(&self) -> Remarks {
        self.remarks
    }

    /// All users, in the order of the file.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        self.pairs.iter().map(|(_, pair)| pair)
    }

    /// The user with this old id.
    #[must_use]
    pub fn get(&self, old: &str) -> Option<Pair<'_>> {
        self.by_old.find(&self.pairs, old)
    }

    /// The id that a user has afterwards, by the one before or the one after; nothing for users who do
    /// not take part.
    #[must_use]
    pub fn owner<'i>(&'i self, id: &'i str) -> Option<&'i str> {
        let known = self.get(id).or_else(|| self.of_new(id)).map(|pair| pair.new);
        known.or_else(|| (self.everyone && !id.is_empty()).then_some(id))
    }

    /// The map of nobody, for a migration in which all keep their ids and take part.
    #[must_use]
    pub fn everyone() -> Self {
        Self::empty(&Rules { everyone: true, ..Rules::default() })
    }

    /// The user who gets this id.
    #[must_use]
    pub fn of_new(&self, new: &str) -> Option<Pair<'_>> {
        self.by_new.find(&self.pairs, new)
    }

    /// The user whose old id stands so in a key of user storage: sanitised, or as it is.
    #[must_use]
    pub fn stored(&self, part: &str) -> Option<Pair<'_>> {
        self.get(part).or_else(|| self.by_stored_old.find(&self.pairs, part))
    }

    /// The user whose new id stands so in a key of user storage: sanitised, or as it is.
    #[must_use]
    pub fn stored_new(&self, part: &str) -> Option<Pair<'_>> {
        self.of_new(part).or_else(|| self.by_stored_new.find(&self.pairs, part))
    }

    /// The user whose old id has capital letters and is this text without them, as earlier versions wrote
    /// who a share is for. It may also be someone whom the map does not know: nothing is rewritten by
    /// this look-up.
    #[must_use]
    pub fn lower_cased(&self, text: &str) -> Option<Pair<'_>> {
        self.by_lower_old.find(&self.pairs, text)
    }

    /// The user whose old id stands so with the prefix of the identity provider before it:
    /// `{prefix}_{user}`, sanitised or as it is. `None` for every text where the deployment has no
    /// prefix.
    #[must_use]
    pub fn prefixed(&self, part: &str) -> Option<Pair<'_>> {
        self.stored(self.without_prefix(part)?)
    }

    pub(super) fn without_prefix<'t>(&self, part: &'t str) -> Option<&'t str> {
        let rest = part.strip_prefix(&*sanitise_user(self.idp_prefix.as_deref()?))?;
        rest.strip_prefix('_')
    }

    /// `{prefix}_{user}`, sanitised; the user alone where the deployment has no prefix.
    #[must_use]
    pub fn with_prefix(&self, id: &str) -> String {
        match &self.idp_prefix {
            Some(prefix) => sanitise_user(&format!("{prefix}_{id}")).into_owned(),
            None => sanitise_user(id).into_owned(),
        }
    }
}

/// Numbers only.
impl fmt::Debug for IdMap {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "IdMap({} users, {} renamed)", self.len(), self.renamed)
    }
}

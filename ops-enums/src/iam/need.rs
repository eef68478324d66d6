//! What an operation needs.

use super::{Action, ResourceType};

/// One permission that an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Need {
    /// The action.
    pub action: &'static Action,
    /// The kind of resource the permission is on. `None` where only `*` works: the action has no
    /// permission on the level of resources, or the plain call names none.
    pub resource: Option<&'static ResourceType>,
    /// Whose resource it is.
    pub holder: Holder,
    /// When it is needed.
    pub tier: Tier,
}

/// Whose resource a permission is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Holder {
    /// The resource that the variable names, or a part of it: an index of the table, objects of
    /// the bucket.
    Variable,
    /// Another resource, which this variable does not name; says which: "the source object".
    Other(&'static str),
}

/// When a permission is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tier {
    /// The plain call needs it.
    Required,
    /// Only with certain options.
    Option {
        /// Completes the sentence "only when ...": "a version id is given".
        when: &'static str,
    },
    /// The service asks for it in the caller's name ([forward access
    /// sessions](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html)).
    Forwarded {
        /// The first part of `kms:ViaService`: `s3` of `s3.eu-west-1.amazonaws.com`.
        via: &'static str,
        /// Completes the sentence "only when ...".
        when: &'static str,
    },
    /// `iam:PassRole` of a role.
    PassRole {
        /// The service that is to take the role, for `iam:PassedToService`:
        /// `lambda.amazonaws.com`.
        to: &'static str,
        /// Completes the sentence "only when ..."; `None` if the plain call passes a role.
        when: Option<&'static str>,
    },
}

/// Why an operation has no needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoNeeds {
    /// The call is not authorized by IAM: it carries a user's token, or none at all.
    NoneAsked,
    /// The operation is newer than the data: no action is known that allows it, though one surely
    /// has to.
    Unlisted,
}

/// The constructors that the generated tables use.
pub(crate) mod table {
    pub(crate) use super::Holder::{Other, Variable};
    use super::{Action, Holder, Need, ResourceType, Tier};

    type On = Option<&'static ResourceType>;

    pub(crate) const fn required(action: &'static Action, resource: On, holder: Holder) -> Need {
        Need { action, resource, holder, tier: Tier::Required }
    }

    pub(crate) const fn option(
        action: &'static Action,
        resource: On,
        holder: Holder,
        when: &'static str,
    ) -> Need {
        Need { action, resource, holder, tier: Tier::Option { when } }
    }

    pub(crate) const fn forwarded(
        action: &'static Action,
        resource: On,
        holder: Holder,
        via: &'static str,
        when: &'static str,
    ) -> Need {
        Need { action, resource, holder, tier: Tier::Forwarded { via, when } }
    }

    pub(crate) const fn pass_role(
        action: &'static Action,
        resource: On,
        holder: Holder,
        to: &'static str,
        when: Option<&'static str>,
    ) -> Need {
        Need { action, resource, holder, tier: Tier::PassRole { to, when } }
    }
}

/// The needs of an enum's operations from a table: `Operation [need, ...]` for each, and why those
/// without any have none. An operation that is missing does not compile.
macro_rules! needs {
    (
        $enum:ident {
            $($operation:ident [$($need:expr,)*])*
        }
        without {
            $($without:ident: $why:ident;)*
        }
    ) => {
        impl crate::$enum {
            /// The permissions that a call of the operation needs, the required ones first.
            #[must_use]
            pub const fn needs(self) -> &'static [crate::iam::Need] {
                match self {
                    $(Self::$operation => const { &[$($need),*] },)*
                }
            }

            /// Why the operation has no needs; `None` if it has some.
            #[must_use]
            pub const fn no_needs(self) -> Option<crate::iam::NoNeeds> {
                match self {
                    $(Self::$without => Some(crate::iam::NoNeeds::$why),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use needs;

//! What can be found, and what to do about it.

use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Something will fail.
    Error,
    /// Somebody should look at it.
    Warning,
    /// Good to know.
    Note,
}

impl Level {
    /// As SARIF writes it: `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident $id:literal $level:ident $help:literal;)*) => {
        /// A rule of the audit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[$doc])* $rule,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule),*];

            /// Its id, which does not change: `excess-action`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)* }
            }

            /// How bad its findings are, unless one says otherwise.
            #[must_use]
            pub const fn level(self) -> Level {
                match self { $(Self::$rule => Level::$level,)* }
            }

            /// What it means and what to do.
            #[must_use]
            pub const fn help(self) -> &'static str {
                match self { $(Self::$rule => $help,)* }
            }
        }
    };
}

rules! {
    /// A needed permission is not there.
    Missing "missing" Error
        "An operation that the code declares needs this permission, and the policies do not give \
         it or take it away. The call will fail with AccessDenied. Add the permission, or remove \
         the declaration if the call is gone.";
    /// Allowed, but nothing needs it.
    ExcessAction "excess-action" Warning
        "The statement allows actions that no declared operation needs. Whoever takes over the \
         function can use them. Remove them, or declare the operation that needs them.";
    /// Allowed on more than is needed.
    ExcessResource "excess-resource" Warning
        "The action is needed, but on fewer resources than the statement names. Name the resources \
         that are needed.";
    /// `*` where ARNs would do.
    WildcardResource "wildcard-resource" Warning
        "The statement is on every resource, although its actions can be limited to some. Name the \
         resources. Actions that only know `*` belong into a statement of their own.";
    /// Declared, but never seen.
    NeverObserved "never-observed" Warning
        "The function ran, but no request for this operation was recorded. Remove the declaration \
         if the call is gone; keep it if the call is rare.";
    /// An action that does not exist.
    InvalidAction "invalid-action" Error
        "IAM accepts names of actions that do not exist and ignores them. Correct the name.";
    /// An action written in other letter case.
    ActionCase "action-case" Note
        "IAM ignores letter case in actions, people and searches do not. Write the name as AWS does.";
    /// An action on resources it is never on.
    UselessAction "useless-action" Warning
        "No resource of the statement is of a type that the action is on, so the pair allows nothing. \
         Name a resource of the right type, or remove the action.";
    /// A resource that no action of the statement is on.
    UselessResource "useless-resource" Warning
        "No action of the statement is on resources of this type, so the pair allows nothing. \
         Remove the resource, or add the action that was meant.";
    /// A condition key that the action does not have.
    UnknownConditionKey "unknown-condition-key" Warning
        "Requests for the action never have this key. An Allow with such a condition allows nothing; \
         a negated one always holds. Use a key that the action supports.";
    /// Everything but something is allowed.
    AllowAllBut "allow-all-but" Warning
        "An Allow with NotAction or NotResource allows everything that AWS adds later. List what is \
         needed instead.";
    /// `Version` is missing.
    MissingVersion "missing-version" Warning
        "Without Version the policy is read as of 2008-10-17, where variables such as ${aws:username} \
         are plain text. Add Version: 2012-10-17.";
    /// Longer than IAM permits.
    PolicyTooLong "policy-too-long" Error
        "IAM refuses policies beyond its limits: 6,144 characters without white space for a managed \
         policy, 10,240 for all that is written into a role, 5,120 of a group and 2,048 of a user. \
         Split the policy or use wildcards that match the same.";
    /// A statement id that IAM refuses.
    InvalidSid "invalid-sid" Error
        "A Sid is unique in its policy and made of the letters A-Z, a-z and digits.";
    /// A resource that is no ARN.
    InvalidArn "invalid-arn" Error
        "A resource is `*` or an ARN: arn:partition:service:region:account:resource.";
    /// Allowed only if a condition holds.
    Assumed "assumed" Note
        "Whether the permission is there depends on a condition about which nothing is known. State \
         the value of its key, or check that it holds.";
    /// Nothing is claimed.
    NotChecked "not-checked" Note
        "This part depends on something that is not known here, so nothing is claimed about it. Give \
         the values of parameters, or audit the deployed policy.";
}

impl Rule {
    /// What it is about, in a few words: the id without hyphens.
    #[must_use]
    pub fn title(self) -> String {
        self.id().replace('-', " ")
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.id())
    }
}

//! What is known about an action, and the macro that turns a table of such rows into constants.

/// What an action does to the resources it is on, as AWS classifies it ([access
/// levels](https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum AccessLevel {
    /// Sees which resources there are, not what is in them.
    List,
    /// Reads what is in them.
    Read,
    /// Creates, changes or deletes them, or makes them act.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
    /// Changes nothing but tags.
    Tagging,
}

/// A kind of resource that a policy can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ResourceType {
    /// The prefix of the service that has it: `dynamodb`.
    pub service: &'static str,
    /// Its name in AWS's reference, whose case varies: `table`, `function alias`, `Secret`.
    pub name: &'static str,
    /// The form of its ARN:
    /// `arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}`.
    pub arn: &'static str,
}

/// One IAM action, in canonical case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Action {
    pub(super) full: &'static str,
    pub(super) name: &'static str,
    pub(super) access_level: AccessLevel,
    pub(super) resource_types: &'static [&'static ResourceType],
    pub(super) condition_keys: &'static [&'static str],
}

impl Action {
    /// Prefix and name, as a policy has them: `s3:GetObject`.
    #[must_use]
    pub const fn full(&self) -> &'static str {
        self.full
    }

    /// The prefix of its service: `s3`.
    #[must_use]
    pub fn prefix(&self) -> &'static str {
        self.full.split_once(':').map_or(self.full, |(prefix, _)| prefix)
    }

    /// The name without the prefix: `GetObject`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What it does to the resources it is on.
    #[must_use]
    pub const fn access_level(&self) -> AccessLevel {
        self.access_level
    }

    /// The kinds of resources that a policy can limit it to. Empty: it has no permission on the
    /// level of resources, only `*` works.
    #[must_use]
    pub const fn resource_types(&self) -> &'static [&'static ResourceType] {
        self.resource_types
    }

    /// The condition keys that it or its resource types support, sorted: `dynamodb:LeadingKeys`,
    /// `aws:ResourceTag/${TagKey}`. The [global
    /// keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html)
    /// that every request has are not among them.
    #[must_use]
    pub const fn condition_keys(&self) -> &'static [&'static str] {
        self.condition_keys
    }
}

/// The actions of a service from a table: `CONSTANT: "name" "ARN";` for each resource type, then
/// `Name: level [resource types] [condition keys];` for each action.
macro_rules! actions {
    (
        $prefix:literal
        resource types {
            $($constant:ident: $kind:literal $arn:literal;)*
        }
        actions {
            $($name:ident: $level:ident [$($on:ident)*] [$($key:literal)*];)*
        }
    ) => {
        use crate::iam::{AccessLevel, Action, Service};

        /// The resource types.
        pub(crate) mod on {
            use crate::iam::ResourceType;

            $(
                pub(crate) static $constant: &ResourceType =
                    &ResourceType { service: $prefix, name: $kind, arn: $arn };
            )*
        }

        pub(super) const SERVICE: Service = Service {
            prefix: $prefix,
            actions: ACTIONS,
            resource_types: &[$(on::$constant),*],
        };

        static ACTIONS: &[Action] = &[$(Action {
            full: concat!($prefix, ":", stringify!($name)),
            name: stringify!($name),
            access_level: AccessLevel::$level,
            resource_types: &[$(on::$on),*],
            condition_keys: &[$($key),*],
        }),*];

        // Named as AWS does.
        #[allow(clippy::enum_variant_names)]
        enum Position {
            $($name),*
        }

        $(
            // Named as AWS does. Not every action is some operation's need.
            #[allow(non_upper_case_globals, dead_code)]
            pub(crate) const $name: &Action = &ACTIONS[Position::$name as usize];
        )*
    };
}

pub(crate) use actions;
